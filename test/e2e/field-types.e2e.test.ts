import { afterAll, beforeAll, expect, it } from 'vitest';
import { isImmutable } from '../../scripts/kubernetes/immutable.ts';
import { startCluster, type Cluster } from '../helpers/cluster.ts';
import { distill, formatFieldTypes, type OpenApi } from '../helpers/distill.ts';
import { describeWith } from '../helpers/tools.ts';

const LABELS = { app: 'a' };
const template = { metadata: { labels: LABELS }, spec: { containers: [{ name: 'a', image: 'a' }] } };
const workload = { selector: { matchLabels: LABELS }, template };
const metadata = { name: 'a' };
// One without a class may still be given the default one.
const claim = {
  storageClassName: 'a',
  accessModes: ['ReadWriteOnce'],
  resources: { requests: { storage: '1Gi' } },
};
const volume = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata,
  spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/a' } },
};
const crd = {
  group: 'example.org',
  scope: 'Namespaced',
  names: { kind: 'Thing', plural: 'things' },
  versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
};
const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'a' };

/** An object, a field of it, and another value that would be legal in a new object. */
const CHANGES: readonly (readonly [object: Record<string, unknown>, path: string, value: unknown])[] = [
  [
    { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata, spec: workload },
    'spec.selector',
    { matchLabels: { app: 'b' } },
  ],
  [{ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata, spec: workload }, 'spec.minReadySeconds', 3],
  [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: workload },
    'spec.selector',
    { matchLabels: { app: 'b' } },
  ],
  [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: workload },
    'spec.strategy',
    { rollingUpdate: { maxSurge: 2 } },
  ],
  [
    { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata, spec: workload },
    'spec.selector',
    { matchLabels: { app: 'b' } },
  ],
  [
    { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec: { ...workload, serviceName: 'a' } },
    'spec.serviceName',
    'b',
  ],
  [
    { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec: { ...workload, serviceName: 'a' } },
    'spec.podManagementPolicy',
    'Parallel',
  ],
  [
    { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec: { ...workload, serviceName: 'a' } },
    'spec.replicas',
    3,
  ],
  [
    { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec: { ...workload, serviceName: 'a' } },
    'spec.minReadySeconds',
    3,
  ],
  [job(), 'spec.template.spec.containers', [{ name: 'a', image: 'b' }]],
  [job(), 'spec.completions', 3],
  [job(), 'spec.backoffLimit', 3],
  [job(), 'spec.parallelism', 3],
  [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: claim }, 'spec.storageClassName', 'b'],
  [
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: claim },
    'spec.accessModes',
    ['ReadOnlyMany'],
  ],
  [volume, 'spec.hostPath.path', '/b'],
  [volume, 'spec.volumeMode', 'Block'],
  [volume, 'spec.capacity.storage', '2Gi'],
  [volume, 'spec.persistentVolumeReclaimPolicy', 'Delete'],
  [volume, 'spec.storageClassName', 'b'],
  [{ apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque' }, 'type', 'example.org/b'],
  [{ apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque' }, 'stringData', { a: 'b' }],
  [{ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 1 }] } }, 'spec.clusterIP', 'None'],
  [
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 1 }] } },
    'spec.ports',
    [{ port: 2 }],
  ],
  [
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata, roleRef },
    'roleRef.name',
    'b',
  ],
  [
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata, roleRef },
    'roleRef.name',
    'b',
  ],
  [
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata },
    'rules',
    [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  ],
  [
    { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata, provisioner: 'a.b' },
    'provisioner',
    'b.c',
  ],
  [
    { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata, provisioner: 'a.b' },
    'parameters',
    { a: 'b' },
  ],
  [
    { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata, provisioner: 'a.b' },
    'reclaimPolicy',
    'Retain',
  ],
  [
    { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata, provisioner: 'a.b' },
    'volumeBindingMode',
    'WaitForFirstConsumer',
  ],
  [
    { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata, provisioner: 'a.b' },
    'allowVolumeExpansion',
    true,
  ],
  [
    { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: 'a.b' }, spec: {} },
    'spec.attachRequired',
    false,
  ],
  [
    { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: 'a.b' }, spec: {} },
    'spec.volumeLifecycleModes',
    ['Ephemeral'],
  ],
  [
    { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: 'a.b' }, spec: {} },
    'spec.podInfoOnMount',
    true,
  ],
  [{ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata, value: 1 }, 'value', 2],
  [
    { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata, value: 1 },
    'preemptionPolicy',
    'Never',
  ],
  [{ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata, value: 1 }, 'description', 'b'],
  [
    { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata, spec: { controller: 'a.b/c' } },
    'spec.controller',
    'a.b/d',
  ],
  [{ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata, handler: 'a' }, 'handler', 'b'],
  [
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.org' },
      spec: crd,
    },
    'spec.scope',
    'Cluster',
  ],
  [
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.org' },
      spec: crd,
    },
    'spec.names.kind',
    'Other',
  ],
  [
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.org' },
      spec: crd,
    },
    'spec.preserveUnknownFields',
    false,
  ],
];

function job(): Record<string, unknown> {
  const pod = { ...template, spec: { ...template.spec, restartPolicy: 'Never' } };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template: pod } };
}

describeWith(['etcd', 'kube-apiserver'], 'what is known of Kubernetes is what a real API server says', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  // After a new version of the server: vitest run --config vitest.e2e.config.ts field-types -u
  it('field-types.json is the server’s OpenAPI document, distilled', async () => {
    const document = JSON.parse(cluster.mustKubectl(['get', '--raw', '/openapi/v2'])) as OpenApi;
    await expect(formatFieldTypes(distill(document))).toMatchFileSnapshot(
      '../../scripts/kubernetes/field-types.json',
    );
  });

  it.each(
    CHANGES.map(
      ([object, path, value], i) =>
        [`${String(object['kind'])} ${path}`, named(object, i), path, value] as const,
    ),
  )('%s is immutable here exactly if it is there', (_, object, path, value) => {
    cluster.mustKubectl(['create', '-f', '-'], JSON.stringify(object));
    if (object['kind'] === 'CustomResourceDefinition')
      cluster.mustKubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    const patch = path
      .split('.')
      .toReversed()
      .reduce<unknown>((inner, key) => ({ [key]: inner }), value);
    const { name } = object['metadata'] as { readonly name: string };
    const kind = String(object['kind']).toLowerCase();
    const args = ['patch', kind, name, '--type=merge', '--patch', JSON.stringify(patch)];
    const { status, stderr } = cluster.kubectl(args);
    const known = isImmutable(String(object['apiVersion']), String(object['kind']), path.split('.'));
    expect({ refused: status !== 0, stderr: status === 0 ? '' : stderr }).toEqual({
      refused: known,
      stderr: known ? expect.stringMatching(/immutable|may not change|forbidden|cannot change/i) : '',
    });
  });
});

/** An object of its own name: some cannot be deleted where no controller takes their finalizers off. */
function named(object: Record<string, unknown>, i: number): Record<string, unknown> {
  if (object['kind'] !== 'CustomResourceDefinition') {
    const { name } = object['metadata'] as { readonly name: string };
    return { ...object, metadata: { name: `${name}-${i}` } };
  }
  const group = `g${i}.example.org`;
  return { ...object, metadata: { name: `things.${group}` }, spec: { ...crd, group } };
}
