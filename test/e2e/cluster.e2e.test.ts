import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { testEngines } from '../helpers/engines.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { getPath } from '../../scripts/json/tree.ts';
import { startCluster, type Cluster } from '../helpers/cluster.ts';
import { installedOn, NETWORK, NETWORKS, template, uid, type Installed } from '../helpers/installed.ts';
import { ROOT } from '../helpers/this-project.ts';
import { describeWith } from '../helpers/tools.ts';

const CHART = join(ROOT, 'chart');
const RELEASES = join(ROOT, 'test', 'fixtures', 'releases');
const RESOURCE = { 'k8s.v1.cni.cncf.io/resourceName': 'intel.com/sriov_netdevice' };
const engines = (await testEngines()).filter(({ version }) => version !== '4.1.4');

describeWith(['etcd', 'kube-apiserver'], 'on a real API server', () => {
  let cluster: Cluster;
  let installed: Installed;
  beforeAll(async () => {
    cluster = await startCluster();
    installed = installedOn(cluster);
    cluster.mustKubectl(['create', 'namespace', NETWORKS]);
  });
  afterAll(() => cluster?.stop());
  const helm: Installed['helm'] = (...args) => installed.helm(...args);
  const daemonSet = (): JsonObject | undefined => installed.daemonSet();
  const crd = (): JsonObject | undefined => installed.crd();
  const network = (): JsonObject | undefined => installed.network();

  describe.each(engines)('helm $version', (engine) => {
    afterEach(() => installed.wipe());

    it('installs networks with the CRD at once, and keeps both through upgrade, rollback and uninstall', async () => {
      const values = { networkAttachmentDefinitions: [NETWORK] };
      await helm(engine, ['install', 'multus', CHART], values);
      const [made, kept] = [uid(network()), uid(crd())];
      expect(made).toBeDefined();

      const notes = await helm(engine, ['upgrade', 'multus', CHART], values);
      expect(notes).toContain('Go back: helm rollback multus (the CRD stays).');
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

    it('takes over by an upgrade what a failed first install has left', async () => {
      const values = { networkAttachmentDefinitions: [{ ...NETWORK, namespace: 'late' }] };
      await expect(helm(engine, ['install', 'multus', CHART], values)).rejects.toThrow('"late" not found');
      const made = uid(daemonSet());
      const there = (): JsonObject | undefined =>
        cluster.get('network-attachment-definitions', 'prod', 'late');
      cluster.mustKubectl(['create', 'namespace', 'late']);
      await helm(engine, ['upgrade', 'multus', CHART], values);
      expect(there()).toBeDefined();
      expect(uid(daemonSet())).toBe(made);
      await helm(engine, ['uninstall', 'multus']);
      expect(there()).toBeUndefined();
      removeNamespace(cluster, 'late');
    });

    it('is given another name in place, by a second release and a forgotten first', async () => {
      await helm(engine, ['install', 'multus', CHART]);
      const before = installed.all().map(uid);
      await helm(engine, ['install', 'renamed', CHART, '--take-ownership']);
      cluster.mustKubectl('-n kube-system delete secret -l owner=helm,name=multus'.split(' '));
      expect(await helm(engine, ['list', '--short'])).toBe('renamed\n');
      expect(installed.all().map(uid)).toEqual(before);
      await helm(engine, ['upgrade', 'renamed', CHART]);
      expect(installed.all().map(uid)).toEqual(before);
    });

    it('keeps networks for who wants that, when the values no longer name them and when the release goes', async () => {
      const [sriov, kept] = [{ ...NETWORK, name: 'sriov', annotations: RESOURCE }, { keepNetworks: true }];
      const named = (name: string): JsonObject | undefined =>
        cluster.get('network-attachment-definitions', name, NETWORKS);
      // Without config Multus reads a file of that name.
      const values = {
        networkAttachmentDefinitions: [NETWORK, sriov, { name: 'file', namespace: NETWORKS }],
      };
      await helm(engine, ['install', 'multus', CHART], { ...values, ...kept });
      await helm(engine, ['upgrade', 'multus', CHART], { ...values, ...kept });
      const made = ['prod', 'sriov', 'file'].map((name) => uid(named(name)));
      expect(named('sriov')).toMatchObject({ metadata: { annotations: RESOURCE } });
      expect(named('file')).not.toHaveProperty('spec');
      await helm(engine, ['upgrade', 'multus', CHART], { networkAttachmentDefinitions: [NETWORK], ...kept });
      await helm(engine, ['uninstall', 'multus']);
      expect(daemonSet()).toBeUndefined();
      expect(['prod', 'sriov', 'file'].map((name) => uid(named(name)))).toEqual(made);
      // Another release of that name has them back, and lets them go.
      await helm(engine, ['install', 'multus', CHART], values);
      expect(['prod', 'sriov', 'file'].map((name) => uid(named(name)))).toEqual(made);
      await helm(engine, ['uninstall', 'multus']);
      expect(['prod', 'sriov', 'file'].map(named)).toEqual([undefined, undefined, undefined]);
    });

    it('is upgraded after an emergency by kubectl, by Helm 4 only with --force-conflicts', async () => {
      await helm(engine, ['install', 'multus', CHART]);
      const limits = '--limits=memory=3Gi';
      cluster.mustKubectl([
        '-n',
        'kube-system',
        'set',
        'resources',
        'ds/kube-multus-ds',
        '-c',
        'kube-multus',
        limits,
      ]);
      const values = { daemonConfig: { logLevel: 'debug' }, resources: { limits: { memory: '2Gi' } } };
      const memory = (): unknown => {
        const containers = getPath(
          daemonSet() ?? {},
          'spec.template.spec.containers',
        ) as readonly JsonObject[];
        return getPath(containers[0] ?? {}, 'resources.limits.memory');
      };
      const config = (): string => JSON.stringify(cluster.get('configmap', 'multus-daemon-config'));
      if (engine.major >= 4) {
        await expect(helm(engine, ['upgrade', 'multus', CHART], values)).rejects.toThrow(/conflict/);
        expect([memory(), config().includes('debug')]).toEqual(['3Gi', true]);
        await helm(engine, ['upgrade', 'multus', CHART, '--force-conflicts'], values);
      } else await helm(engine, ['upgrade', 'multus', CHART], values);
      expect([memory(), config().includes('debug')]).toEqual(['2Gi', true]);
    });

    it('leaves networks of a first install when it is uninstalled before any upgrade', async () => {
      await helm(engine, ['install', 'multus', CHART], { networkAttachmentDefinitions: [NETWORK] });
      await helm(engine, ['uninstall', 'multus']);
      expect(network()).toBeDefined();
    });
  });
});

/** No controller of this cluster finishes a namespace. */
function removeNamespace(cluster: Cluster, name: string): void {
  cluster.mustKubectl(['delete', 'namespace', name, '--wait=false']);
  const finished = { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: { finalizers: [] } };
  cluster.mustKubectl(
    ['replace', '--raw', `/api/v1/namespaces/${name}/finalize`, '-f', '-'],
    JSON.stringify(finished),
  );
}
