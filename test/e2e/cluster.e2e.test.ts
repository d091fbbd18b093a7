import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testEngines } from '../../scripts/io/helm-engines.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import type { JsonObject } from '../../scripts/parse/manifest.ts';
import { getPath } from '../../scripts/templatize/tree.ts';
import { startCluster, type Cluster } from '../helpers/cluster.ts';
import { hasShared, readShared } from '../helpers/shared-files.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';
import { describeWith } from '../helpers/tools.ts';

const CHART = join(ROOT, 'chart');
const RELEASES = join(ROOT, 'test', 'fixtures', 'releases');
const RUNNING = 'running/multus.yaml';
const CRD = 'network-attachment-definitions.k8s.cni.cncf.io';
const NETWORKS = 'virtual-machines';
const NETWORK: JsonObject = {
  name: 'prod',
  namespace: NETWORKS,
  config: { cniVersion: '1.0.0', name: 'prod', type: 'bridge', bridge: 'br-prod', vlan: 57 },
};
const engines = (await testEngines()).filter(({ version }) => version !== '4.1.4');

describeWith(['etcd', 'kube-apiserver'], 'on a real API server', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
    cluster.mustKubectl(['create', 'namespace', NETWORKS]);
  });
  afterAll(() => cluster?.stop());

  const helm = async (engine: Helm, args: readonly string[], values: JsonObject = {}): Promise<string> => {
    const { status, stdout, stderr } = await cluster.helm(
      engine,
      [...args, '-n', 'kube-system', ...(takesValues(args) ? ['--values', '-'] : [])],
      JSON.stringify(values),
    );
    if (status !== 0) throw new Error(`helm ${engine.version} ${args.join(' ')}: ${stderr}`);
    return stdout + stderr;
  };
  const daemonSet = (): JsonObject | undefined => cluster.get('daemonset', 'kube-multus-ds');
  const crd = (): JsonObject | undefined => cluster.get('crd', CRD);
  const network = (): JsonObject | undefined =>
    cluster.get('network-attachment-definitions', 'prod', NETWORKS);
  const wipe = (): void => {
    const all = 'daemonset/kube-multus-ds,configmap/multus-daemon-config,serviceaccount/multus';
    for (const args of [all.split(','), ['clusterrole/multus', 'clusterrolebinding/multus', `crd/${CRD}`]])
      cluster.mustKubectl(['delete', '--ignore-not-found', '-n', 'kube-system', ...args]);
    cluster.mustKubectl(['delete', 'secrets', '-n', 'kube-system', '-l', 'owner=helm']);
  };

  describe.each(engines)('helm $version', (engine) => {
    afterEach(wipe);

    it('installs networks with the CRD at once, and keeps both through upgrade, rollback and uninstall', async () => {
      const values = { networkAttachmentDefinitions: [NETWORK] };
      await helm(engine, ['install', 'multus', CHART], values);
      const [made, kept] = [uid(network()), uid(crd())];
      expect(made).toBeDefined();

      await helm(engine, ['upgrade', 'multus', CHART], values);
      expect(uid(network())).toBe(made);
      const before = daemonSet();
      await helm(engine, ['upgrade', 'multus', CHART], { ...values, daemonConfig: { logLevel: 'debug' } });
      expect(uid(daemonSet())).toBe(uid(before));
      expect(template(daemonSet())).not.toEqual(template(before));
      await helm(engine, ['rollback', 'multus', '2']);
      expect(template(daemonSet())).toEqual(template(before));
      expect([uid(network()), uid(crd())]).toEqual([made, kept]);

      // The networks of revision 1 are hooks: Helm deletes the objects, the hook makes them again.
      await helm(engine, ['rollback', 'multus', '1']);
      expect(network()).toMatchObject({ spec: { config: expect.stringContaining('br-prod') } });
      expect(uid(crd())).toBe(kept);
      await helm(engine, ['upgrade', 'multus', CHART], values);
      expect(network()).toBeDefined();

      const foreign = { apiVersion: 'k8s.cni.cncf.io/v1', kind: 'NetworkAttachmentDefinition' };
      cluster.mustKubectl(
        ['apply', '-f', '-'],
        JSON.stringify({
          ...foreign,
          metadata: { name: 'by-hand', namespace: NETWORKS },
          spec: { config: '{}' },
        }),
      );
      await helm(engine, ['uninstall', 'multus']);
      expect(daemonSet()).toBeUndefined();
      expect(uid(crd())).toBe(kept);
      expect(cluster.get('network-attachment-definitions', 'by-hand', NETWORKS)).toBeDefined();
    });

    it.each(readdirSync(RELEASES))('upgrades from %s and rolls back, in place', async (archive) => {
      const values = { networkAttachmentDefinitions: [NETWORK] };
      await helm(engine, ['install', 'multus', join(RELEASES, archive)], values);
      const before = [daemonSet(), crd(), network()].map(uid);
      const old = template(daemonSet());
      await helm(engine, ['upgrade', 'multus', CHART], values);
      expect([daemonSet(), crd(), network()].map(uid)).toEqual(before);
      await helm(engine, ['rollback', 'multus', '1']);
      expect([daemonSet(), crd()].map(uid)).toEqual(before.slice(0, 2));
      expect(template(daemonSet())).toEqual(old);
    });

    it.skipIf(!hasShared(RUNNING))('takes over what was applied by hand, in place', async () => {
      cluster.mustKubectl(['apply', '-f', '-'], readShared(RUNNING));
      const before = [daemonSet(), crd()].map(uid);
      // Helm 4 applies on the server, where the fields of a kubectl apply are kubectl's.
      const force = engine.major >= 4 ? ['--force-conflicts'] : [];
      await helm(engine, ['install', 'multus', CHART, '--take-ownership', ...force]);
      expect([daemonSet(), crd()].map(uid)).toEqual(before);
      expect(daemonSet()).toMatchObject({ metadata: { generation: 2 } });
    });
  });

  describe.skipIf(!hasShared(RUNNING))('Argo CD (skipped without ../shared)', () => {
    beforeEach(() => {
      cluster.mustKubectl(['apply', '-f', '-'], readShared(RUNNING));
    });
    afterEach(wipe);

    it('takes over what runs by one server-side apply and one restart, and goes back in one', async () => {
      const { project } = await thisProject();
      const release = { name: 'infra-multus', namespace: 'kube-system' };
      const engine = engines.at(-1) as Helm;
      const text = await engine.template(CHART, release, project.recipe.argocd?.values ?? {});
      const before = [daemonSet(), crd()].map(uid);
      const old = daemonSet();

      apply(cluster, text);
      expect([daemonSet(), crd()].map(uid)).toEqual(before);
      expect(daemonSet()).toMatchObject({ metadata: { generation: 2 } });
      expect(template(daemonSet())).not.toEqual(template(old));
      // The next sync finds nothing to do.
      apply(cluster, text);
      expect(daemonSet()).toMatchObject({ metadata: { generation: 2 } });

      apply(cluster, readShared(RUNNING));
      expect([daemonSet(), crd()].map(uid)).toEqual(before);
      expect(withoutAnnotations(template(daemonSet()))).toEqual(withoutAnnotations(template(old)));
    });
  });
});

function takesValues([verb]: readonly string[]): boolean {
  return verb === 'install' || verb === 'upgrade';
}

function uid(object: JsonObject | undefined): unknown {
  return object && getPath(object, 'metadata.uid');
}

function template(object: JsonObject | undefined): JsonObject | undefined {
  return object && (getPath(object, 'spec.template') as JsonObject);
}

/** A rolled back apply leaves what the other side had added to the pods' annotations. */
function withoutAnnotations(pods: JsonObject | undefined): unknown {
  return { ...pods, metadata: getPath(pods ?? {}, 'metadata.labels') };
}

/** As Argo CD does with ServerSideApply=true. */
function apply(cluster: Cluster, text: string): void {
  const flags = ['--server-side', '--force-conflicts', '--field-manager=argocd-controller'];
  cluster.mustKubectl(['apply', ...flags, '-f', '-'], text);
}
