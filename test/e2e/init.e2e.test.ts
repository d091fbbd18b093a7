import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NewProject } from '../../scripts/init/plan.ts';
import type { Helm, HelmResult } from '../../scripts/io/helm.ts';
import { getPath } from '../../scripts/json/tree.ts';
import { packageChart } from '../../scripts/package/artifact.ts';
import { withArchive } from '../../scripts/verify/load-archive.ts';
import { startCluster, type Cluster } from '../helpers/cluster.ts';
import { testEngines } from '../helpers/engines.ts';
import { newProject } from '../helpers/new-project.ts';
import { realManifests } from '../helpers/real-manifests.ts';
import { describeWith } from '../helpers/tools.ts';

const ANOTHER = `sha256:${'1'.repeat(64)}`;
const WORKLOADS = 'deployments,daemonsets,statefulsets,jobs,cronjobs';
/** Why a server refuses an object, whoever brings it; one client names the group of a kind, too. */
const REFUSALS = /no matches for kind "[^"]+" in version "[^"]+"|\w+(?:\.[\w.]+)? "[^"]+" is invalid/g;

const OWN_KIND = {
  name: 'an object of a kind that the manifest defines',
  text: `apiVersion: example.test/v1
kind: Server
metadata: { name: a, namespace: default }
spec: { image: 'r.test/server:1' }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: servers.example.test }
spec:
  group: example.test
  scope: Namespaced
  names: { kind: Server, plural: servers, singular: server }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
`,
};

const engines = (await testEngines()).filter(({ version }) => version !== '4.1.4');
// One Helm installs, the other upgrades; the next time the other way round.
const cases = [OWN_KIND, ...realManifests()].map((manifest, i) => ({
  ...manifest,
  installing: engineAt(i % 2),
  upgrading: engineAt(1 - (i % 2)),
}));

function engineAt(index: number): Helm {
  const engine = engines[index];
  if (engine === undefined) throw new Error('There are not two Helms');
  return engine;
}

describeWith(['etcd', 'kube-apiserver'], 'a chart that init made, on a real API server', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.stop());

  it.each(cases)('$name', async ({ name, text, installing, upgrading }) => {
    const project = await newProject({ name, text });
    const artifact = await packageChart(project.chart, '2026-01-01T00:00:00Z');
    await withArchive(artifact, artifact.chart.bytes, async (file) => {
      const namespace = namespaceOf(project);
      const helm = (engine: Helm, ...args: readonly string[]): Promise<HelmResult> =>
        cluster.helm(engine, [...args, '-n', namespace]);
      const installed = await helm(installing, 'install', 'r', file, '--create-namespace');
      try {
        expect([installed.status === 0, installed.stderr]).toEqual([
          isInstallable(project),
          expect.anything(),
        ]);
        if (installed.status === 0) await upgradeAndLeave();
        else refusedAlike(project, installed.stderr);
      } finally {
        await helm(upgrading, 'uninstall', 'r');
        cluster.mustKubectl(['delete', 'customresourcedefinitions', '--all']);
      }

      async function upgradeAndLeave(): Promise<void> {
        const images = project.built.model.images.flatMap(({ value }) => [
          '--set',
          `${value}.digest=${ANOTHER}`,
        ]);
        expect(await succeeds(helm(upgrading, 'upgrade', 'r', file, ...images))).toBe('');
        const running = cluster.mustKubectl(['get', WORKLOADS, '-A', '-o', 'json']);
        if (images.length > 0 && project.inference.workloads.length > 0) expect(running).toContain(ANOTHER);
        expect(await succeeds(helm(upgrading, 'uninstall', 'r'))).toBe('');
        expect(cluster.mustKubectl(['get', WORKLOADS, '-A', '-o', 'name'])).toBe('');
        const kept = cluster.mustKubectl(['get', 'customresourcedefinitions', '-o', 'name']);
        expect(kept.split('\n').length - 1).toBe(definitionsIn(project));
      }
    });

    /** What the server does not take of the chart, it does not take of upstream's manifest; and init said so. */
    function refusedAlike({ inference }: NewProject, stderr: string): void {
      const refusals = reasonsIn(stderr);
      const applied = cluster.kubectl(['apply', '--server-side', '--dry-run=server', '-f', '-'], text);
      expect(refusals).not.toEqual([]);
      expect(reasonsIn(applied.stderr)).toEqual(expect.arrayContaining([...refusals]));
      const unserved = refusals.filter((reason) => reason.startsWith('no matches'));
      expect(unserved).toEqual(
        inference.kinds.needed
          .map((one) => one.split(' '))
          .map(([version, kind]) => `no matches for kind "${kind}" in version "${version}"`)
          .toSorted(),
      );
    }
  });
});

/** Where a person would install it: upstream's namespace, if it has one. */
function namespaceOf({ built }: NewProject): string {
  return String(getPath(built.model.defaults, 'namespaceOverride') ?? 'default');
}

/** Whether release takes it, once its images are pinned, and nothing is missing in the cluster. */
function isInstallable({ findings, inference }: NewProject): boolean {
  const errors = findings.filter(({ severity, rule }) => severity === 'error' && !rule.startsWith('image/'));
  return errors.length === 0 && inference.kinds.needed.length === 0;
}

function definitionsIn({ built }: NewProject): number {
  return built.manifest.resources.filter(({ kind }) => kind === 'CustomResourceDefinition').length;
}

function reasonsIn(stderr: string): readonly string[] {
  const found = stderr.match(REFUSALS) ?? [];
  return [...new Set(found.map((reason) => reason.replace(/^(\w+)\.[\w.]+/, '$1')))].toSorted();
}

async function succeeds(result: Promise<HelmResult>): Promise<string> {
  const { status, stderr } = await result;
  return status === 0 ? '' : stderr;
}
