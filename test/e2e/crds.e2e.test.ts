import { spawnSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { testEngines } from '../helpers/engines.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { crdFindings } from '../helpers/crd.ts';
import { projectCopy, ROOT, runScript } from '../helpers/project.ts';
import { startDistribution, type Server } from '../helpers/servers.ts';
import { describeWith } from '../helpers/tools.ts';

describeWith(['crds'], 'objects of other projects', () => {
  let project: string;
  beforeAll(async () => {
    project = await projectCopy();
  });
  afterAll(() => rm(project, { recursive: true, force: true }));

  it.each([
    ['a chart in an OCI Helm repository', []],
    ['the native OCI source', ['--oci']],
  ])('Argo CD and External Secrets accept what argocd writes for %s', async (_, flags) => {
    const { status, output } = runScript('argocd', [
      '--project',
      project,
      '--registry',
      'oci://git.example.org/infra',
      ...flags,
    ]);
    expect(output).toContain('application.yaml');
    expect(status).toBe(0);
    const read = async (file: string): Promise<JsonObject> =>
      parse(await readFile(join(project, 'dist', 'argocd', file), 'utf8')) as JsonObject;
    expect(crdFindings('application-crd.yaml', await read('application.yaml'))).toEqual([]);
    expect(
      crdFindings('external-secrets.io_externalsecrets.yaml', await read('repository-external-secret.yaml')),
    ).toEqual([]);
  });

  it('the Prometheus operator accepts PodMonitor and PrometheusRule', async () => {
    const values = {
      monitoring: { metricsPort: 9876, podMonitor: { create: true }, prometheusRule: { create: true } },
    };
    for (const helm of await testEngines()) {
      const { resources } = parseManifest(
        await helm.template(join(ROOT, 'chart'), { name: 'a', namespace: 'b' }, values),
        'rendered',
      );
      const objects = new Map(resources.map(({ kind, object }) => [kind, object]));
      expect(crdFindings('monitoring.coreos.com_podmonitors.yaml', objects.get('PodMonitor') ?? {})).toEqual(
        [],
      );
      expect(
        crdFindings('monitoring.coreos.com_prometheusrules.yaml', objects.get('PrometheusRule') ?? {}),
      ).toEqual([]);
    }
  });

  it('would see a field that does not exist', () => {
    const wrong = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: {},
      spec: { project: 'a', destination: {}, sources: [], notAField: 1 },
    };
    expect(crdFindings('application-crd.yaml', wrong).join()).toContain('notAField');
  });
});

describeWith(['docker-registry'], 'the wrapper chart under a directory generator', () => {
  let server: Server;
  let project: string;
  beforeAll(async () => {
    server = await startDistribution();
    project = await projectCopy();
  });
  afterAll(async () => {
    await server?.stop();
    await rm(project, { recursive: true, force: true });
  });

  it('is built by helm dependency build from a real registry, with our Chart.lock, and renders', async () => {
    const registry = `oci://${server.host}/site`;
    expect(runScript('release', ['--project', project, '--registry', registry]).status).toBe(0);
    expect(runScript('argocd', ['--project', project, '--registry', registry]).status).toBe(0);
    const wrapper = join(project, 'dist', 'argocd', 'apps', 'multus');
    const lock = await readFile(join(wrapper, 'Chart.lock'), 'utf8');
    // Helm 4 speaks only https when it builds dependencies; how it judges the lock is the next test.
    const helm3 = (await testEngines()).find(({ major }) => major === 3);
    const built = await helm3?.exec(['dependency', 'build', wrapper]);
    expect(built?.stderr).not.toContain('out of sync');
    expect(built?.status).toBe(0);
    expect(await readFile(join(wrapper, 'Chart.lock'), 'utf8')).toBe(lock);
    for (const helm of await testEngines()) {
      const rendered = parseManifest(
        await helm.template(wrapper, { name: 'infra-multus', namespace: 'kube-system' }, {}),
        'wrapper',
      );
      const daemonSet = rendered.resources.find(({ kind }) => kind === 'DaemonSet');
      expect(daemonSet?.name).toBe('kube-multus-ds');
      expect(daemonSet?.object).toMatchObject({
        metadata: {
          annotations: { 'argocd.argoproj.io/sync-options': 'ServerSideApply=true,Prune=false,Delete=false' },
        },
      });
    }
  });

  it('has a lock that Helm 4 holds in sync with Chart.yaml', async () => {
    const wrapper = join(project, 'dist', 'argocd', 'apps', 'multus');
    spawnSync('rm', ['-rf', join(wrapper, 'charts')]);
    const helm4 = (await testEngines()).filter(({ major }) => major === 4);
    for (const helm of helm4) {
      const { stderr, stdout } = await helm.exec(['dependency', 'build', wrapper]);
      expect(stdout + stderr).not.toContain('out of sync');
      expect(stdout + stderr).toContain(`Downloading multus from repo oci://${server.host}/site`);
    }
  });
});
