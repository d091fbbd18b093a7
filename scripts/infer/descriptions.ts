import type { JsonObject } from '../json/json.ts';
import { treeOf } from '../json/tree.ts';
import type { Draft, Spot, ValueKind } from './draft.ts';
import { selectedBy } from './holders.ts';
import { capitalized } from './names.ts';

/**
 * What values are for, in their order: the properties of the project's values.schema.json. Kubernetes'
 * own words tell what a field is, and not of which container.
 */
export function descriptions(drafts: readonly Draft[]): JsonObject {
  const told = drafts.flatMap((draft) => {
    const description = describe(draft);
    const path = draft.path.split('.').join('.properties.');
    return description === undefined ? [] : [[`${path}.description`, description] as const];
  });
  return treeOf(told);
}

type Describe = (draft: Draft, last: string) => string | undefined;

const BY_KIND: Readonly<Record<ValueKind, Describe>> = {
  image: ({ spots }) => `Image of ${placesOf(spots)}.`,
  pullPolicy: () => 'When it is pulled: Always, IfNotPresent or Never. Empty leaves it to Kubernetes.',
  imagePullSecrets: () => 'Secrets with logins of the registries, each as name: SECRET.',
  jobs: ({ spots }) => `Whether the name of ${placesOf(spots)} follows its content.`,
  replicas: ({ default: own }) =>
    own === undefined ? 'Number of pods.' : 'Number of pods; 0 leaves it to the cluster, as upstream does.',
  schedule: ({ spots }) => `When ${placesOf(spots)} runs, as cron writes it.`,
  updateStrategy: () => 'How pods are replaced by new ones.',
  resources: ({ spots }) => `Requests and limits of ${placesOf(spots)}.`,
  probes: ({ spots }, last) => `${PROBES[last] ?? 'Probe'} of ${placesOf(spots)}.`,
  securityContext: ({ spots }, last) =>
    last === 'podSecurityContext'
      ? 'Security context of the pods.'
      : `Security context of ${placesOf(spots)}.`,
  scheduling: (_, last) => SCHEDULING[last],
  service: ({ spots }, last) => `${capitalized(last)} of ${placesOf(spots)}.`,
  extraArgs: ({ spots }) => `Arguments behind upstream's of ${placesOf(spots)}.`,
  extraEnv: ({ spots }) => `Environment variables behind upstream's of ${placesOf(spots)}.`,
  ports: ({ path, spots }, last) =>
    `${path.includes('hostPorts.') ? 'Port of the node for' : 'Port'} ${last} of ${placesOf(spots)}.`,
  podMetadata: (_, last) =>
    (last === 'podLabels' ? 'Labels' : 'Annotations') + " of the pods, beside upstream's.",
  hostPaths: ({ spots }) => `Path on the node of volume ${elementOf(spots)}.`,
  extraVolumes: ({ spots }, last) =>
    last === 'extraVolumes'
      ? "Volumes behind upstream's."
      : `Where volumes are in ${placesOf(spots)}, behind upstream's.`,
  config: ({ spots }) => `${keyOf(spots)} of ${placesOf(spots)}.`,
  serviceAccount: (_, last) => ACCOUNT[last],
  rbac: () => 'Whether the chart makes the roles and their bindings.',
  crds: (_, last) =>
    last === 'install'
      ? 'Whether the chart makes the CustomResourceDefinitions.'
      : 'Whether they stay when the chart is uninstalled.',
  namespace: ({ note, spots }, last) =>
    note ?? (last === 'create' ? `Whether the chart makes ${placesOf(spots)}.` : undefined),
  commonLabels: (_, last) =>
    `${last === 'commonLabels' ? 'Labels' : 'Annotations'} of all objects, beside upstream's.`,
};

const PROBES: Readonly<Record<string, string>> = {
  livenessProbe: 'Whether it lives, or is started again: probe',
  readinessProbe: 'Whether it is ready for traffic: probe',
  startupProbe: 'Whether it has started, before other probes begin: probe',
};

const SCHEDULING: Readonly<Record<string, string>> = {
  nodeSelector: 'Labels that the nodes of the pods have.',
  tolerations: 'Taints of nodes that the pods tolerate.',
  affinity: 'Affinity of the pods to nodes and to each other.',
  topologySpreadConstraints: 'How the pods are spread over nodes and zones.',
  priorityClassName: 'Priority class of the pods.',
};

const ACCOUNT: Readonly<Record<string, string>> = {
  create: 'Whether the chart makes the service account; otherwise it is there already by this name.',
  name: 'Its name, in pods and bindings, too.',
  annotations: 'Its annotations, for example a role in a cloud.',
};

function describe(draft: Draft): string | undefined {
  const last = draft.path.slice(draft.path.lastIndexOf('.') + 1);
  return BY_KIND[draft.kind](draft, last);
}

const MOST_NAMED = 3;

/** What a person calls the places of a value: containers of workloads, or objects. */
function placesOf(spots: readonly Spot[]): string {
  const places = [...new Set(spots.map(placeOf))];
  const more = places.length > MOST_NAMED ? ` and ${places.length - MOST_NAMED} more` : '';
  return places.slice(0, MOST_NAMED).join(', ') + more;
}

function placeOf({ holder }: Spot): string {
  const { kind = 'object', name = '' } = selectedBy(holder);
  const [, list, container] = /^(containers|initContainers)\.\[name=(.*)\]$/.exec(holder.at ?? '') ?? [];
  const object = `${kind} ${name}`;
  if (container === undefined) return object;
  const inside = `${list === 'containers' ? '' : 'init '}container ${container}`;
  // Where there is one workload its pods are `pod`, and a container needs no owner.
  return holder.of?.name === 'pod' ? inside : `${inside} of ${object}`;
}

/** The name in the field path of the first spot: of `volumes.[name=a].hostPath` a. */
function elementOf([spot]: readonly Spot[]): string {
  return /\[name=([^\]]*)\]/.exec(spot?.field ?? '')?.[1] ?? '';
}

/** The last key of the field of the first spot: of `data.a\.json` a.json. */
function keyOf([spot]: readonly Spot[]): string {
  return (spot?.field ?? '').replace(/^data\./, '').replaceAll(/\\(.)/g, '$1');
}
