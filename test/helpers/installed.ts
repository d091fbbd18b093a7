import { expect, vi } from 'vitest';
import type { Helm } from '../../scripts/io/helm.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { getPath } from '../../scripts/json/tree.ts';
import type { Cluster } from './cluster.ts';

const GROUP = 'k8s.cni.cncf.io';
const CRD = `network-attachment-definitions.${GROUP}`;
const OBJECTS: readonly (readonly [resource: string, name: string])[] = [
  ['daemonset', 'kube-multus-ds'],
  ['configmap', 'multus-daemon-config'],
  ['serviceaccount', 'multus'],
  ['clusterrole', 'multus'],
  ['clusterrolebinding', 'multus'],
  ['crd', CRD],
];

/** Where the networks of the tests are. */
export const NETWORKS = 'virtual-machines';

export const NETWORK: JsonObject = {
  name: 'prod',
  namespace: NETWORKS,
  config: { cniVersion: '1.0.0', name: 'prod', type: 'bridge', bridge: 'br-prod', vlan: 57 },
};

/** What the chart has brought to a cluster. */
export interface Installed {
  /** Helm in the release's namespace, with values where the verb takes some; throws what it says when it fails. */
  helm(engine: Helm, args: readonly string[], values?: JsonObject): Promise<string>;
  daemonSet(): JsonObject | undefined;
  crd(): JsonObject | undefined;
  network(): JsonObject | undefined;
  /** Every object but networks, in one order. */
  all(): readonly JsonObject[];
  /** Back to a cluster without it, as Helm sees it: a deleted kind is served for a moment longer. */
  wipe(): Promise<void>;
}

export function installedOn(cluster: Cluster): Installed {
  return {
    helm: async (engine, args, values = {}) => {
      const { status, stdout, stderr } = await cluster.helm(
        engine,
        [...args, '-n', 'kube-system', ...(takesValues(args) ? ['--values', '-'] : [])],
        JSON.stringify(values),
      );
      if (status !== 0) throw new Error(`helm ${engine.version} ${args.join(' ')}: ${stderr}`);
      return stdout + stderr;
    },
    daemonSet: () => cluster.get('daemonset', 'kube-multus-ds'),
    crd: () => cluster.get('crd', CRD),
    network: () => cluster.get('network-attachment-definitions', 'prod', NETWORKS),
    all: () =>
      OBJECTS.map(([resource, name]) => cluster.get(resource, name)).filter((object) => object !== undefined),
    wipe: async () => {
      for (const [resource, name] of OBJECTS)
        cluster.mustKubectl(['delete', '--ignore-not-found', '-n', 'kube-system', `${resource}/${name}`]);
      cluster.mustKubectl(['delete', 'secrets', '-n', 'kube-system', '-l', 'owner=helm']);
      await vi.waitFor(() => expect(served(cluster)).toEqual([]), { timeout: 60_000, interval: 100 });
    },
  };
}

/** Where the server still names the networks' group: a client reads one or the other. */
function served(cluster: Cluster): readonly string[] {
  const whole = cluster.mustKubectl(['api-resources', '--cached=false', '-o', 'name']);
  const group = cluster.kubectl(['get', '--raw', `/apis/${GROUP}/v1`]);
  return [...(whole.includes(GROUP) ? ['/apis'] : []), ...(group.status === 0 ? [`/apis/${GROUP}/v1`] : [])];
}

function takesValues([verb]: readonly string[]): boolean {
  return verb === 'install' || verb === 'upgrade';
}

export function uid(object: JsonObject | undefined): unknown {
  return object && getPath(object, 'metadata.uid');
}

/** The template of the pods. */
export function template(object: JsonObject | undefined): JsonObject | undefined {
  return object && (getPath(object, 'spec.template') as JsonObject);
}
