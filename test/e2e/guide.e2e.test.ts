import { spawnSync } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '../../scripts/json/json.ts';
import { commandBehind } from '../helpers/chart-guide.ts';
import { startCluster, type Cluster } from '../helpers/cluster.ts';
import { kubectlPath } from '../helpers/kubectl.ts';
import { describeWith } from '../helpers/tools.ts';

const NETWORKS = 'k8s.v1.cni.cncf.io/networks';
const STATUS = 'k8s.v1.cni.cncf.io/network-status';
const ATTACHED = JSON.stringify([{ name: 'vms/prod', interface: 'net1' }], null, 2);

describeWith(['etcd', 'kube-apiserver'], 'the README’s command for pods without their networks', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.stop());

  /** A pod in a phase; no controller of this cluster changes it. */
  function pod(name: string, phase: string, annotations?: JsonObject): void {
    const spec = { containers: [{ name: 'a', image: 'a' }], automountServiceAccountToken: false };
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', ...(annotations && { annotations }) },
      spec,
    };
    cluster.mustKubectl(['create', '--validate=false', '-f', '-'], JSON.stringify(object));
    const status = JSON.stringify({ status: { phase } });
    cluster.mustKubectl(['patch', 'pod', name, '--subresource=status', '--type=merge', '-p', status]);
  }

  it('lists them and no other, with nothing but kubectl', async () => {
    cluster.mustKubectl(['create', 'serviceaccount', 'default', '-n', 'default']);
    pod('stripped', 'Running', { [NETWORKS]: 'prod' });
    pod('stripped-by-json', 'Running', { other: 'a', [NETWORKS]: '[\n{"name": "prod"}\n]' });
    pod('attached', 'Running', { [NETWORKS]: 'prod', [STATUS]: ATTACHED });
    pod('plain', 'Running', { other: 'a' });
    pod('bare', 'Running');
    pod('starting', 'Pending', { [NETWORKS]: 'prod' });
    pod('over', 'Succeeded', { [NETWORKS]: 'prod' });
    const { status, stdout, stderr } = spawnSync('sh', ['-c', commandBehind('have no network-status')], {
      encoding: 'utf8',
      env: {
        ...process.env,
        KUBECONFIG: cluster.kubeconfig,
        PATH: dirname(await kubectlPath()) + delimiter + (process.env['PATH'] ?? ''),
      },
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe('default/stripped\ndefault/stripped-by-json\n');
  });
});
