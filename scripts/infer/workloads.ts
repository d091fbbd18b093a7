import { parseImage } from '../chart/image.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { isObject } from '../json/tree.ts';
import { fieldAt, objectType } from '../kubernetes/field.ts';
import type { Resource } from '../manifest/manifest.ts';
import { below, type Holder } from './draft.ts';
import {
  camel,
  capitalized,
  decapitalized,
  distinct,
  sharedWords,
  withoutKind,
  withoutStem,
  withoutVersion,
} from './names.ts';
import { selectOf } from './select-of.ts';

/** An object that runs pods. */
export interface Workload {
  readonly resource: Resource;
  /** The key of its values, `''` when it is the only one. */
  readonly key: string;
  readonly holder: Holder;
  /** The pod's spec. */
  readonly pod: Holder;
  readonly podObject: JsonObject;
  /** The pod's metadata: field path, and what is there. */
  readonly metadataPath: string;
  readonly metadata: JsonObject | undefined;
  readonly containers: readonly Container[];
  /** Heading of its entries. */
  readonly section: string;
}

/** A container of a workload. */
export interface Container {
  readonly name: string;
  /** The key of its values: the workload's for the main container. */
  readonly key: string;
  readonly isMain: boolean;
  readonly isInit: boolean;
  readonly holder: Holder;
  readonly object: JsonObject;
}

/** Whether a workload ends by itself: people set where and with what it runs, and no more. */
export function ends({ resource }: Pick<Workload, 'resource'>): boolean {
  return resource.kind === 'Job' || resource.kind === 'CronJob';
}

/** Keys of values that are no workload. */
const TOP_KEYS: readonly string[] = [
  'image',
  'images',
  'imagePullSecrets',
  'namespace',
  'namespaces',
  'namespaceOverride',
  'commonLabels',
  'commonAnnotations',
  'crds',
  'rbac',
  'config',
  'service',
  'services',
  'serviceAccount',
  'serviceAccounts',
  'global',
];

/** Keys of values of a workload and its main container; one that is named so too needs another key. */
export const OWN_KEYS: readonly string[] = [
  ...TOP_KEYS,
  'replicas',
  'schedule',
  'nameFollowsContent',
  'updateStrategy',
  'resources',
  'extraArgs',
  'extraEnv',
  'ports',
  'hostPorts',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'securityContext',
  'podSecurityContext',
  'nodeSelector',
  'tolerations',
  'affinity',
  'priorityClassName',
  'topologySpreadConstraints',
  'podAnnotations',
  'podLabels',
  'hostPaths',
  'extraVolumes',
  'extraVolumeMounts',
];

const OWN = new Set(OWN_KEYS);

/**
 * The workloads of a manifest, in the order of their kinds and names.
 *
 * @param resources in that order
 * @param chart the chart's name, which goes from the front of theirs
 */
export function workloadsOf(resources: readonly Resource[], chart: string): readonly Workload[] {
  const found = resources.flatMap((resource) => {
    const path = podPath(resource);
    const pod = path && valueIn(resource.object, path);
    return path !== undefined && isObject(pod) && containersIn(pod).length > 0
      ? [{ resource, path, pod }]
      : [];
  });
  const names = found.map(({ resource }) => resource.name);
  const shared = sharedWords(names).join('-');
  const keys = distinct(
    found,
    ({ resource: { name, kind, namespace } }) => {
      // Of cert-manager and cert-manager-webhook the first is called by its whole name.
      const short = name === chart ? name : withoutStem(withoutStem(name, [chart, shared]), [chart]);
      return [
        withoutVersion(short),
        short,
        `${short}-${kind}`,
        name,
        `${name}-${kind}`,
        `${namespace ?? ''}-${name}`,
        `${namespace ?? ''}-${name}-${kind}`,
      ].map(camel);
    },
    OWN,
  );
  const single = found.length === 1;
  return found.map((one): Workload => {
    const { resource, path, pod } = one;
    const key = single ? '' : (keys.get(one) ?? '');
    const name = single ? decapitalized(resource.kind) : key;
    const holder: Holder = { name, select: selectOf(resource, resources) };
    const podHolder: Holder = {
      name: single ? 'pod' : `${name}Pod`,
      select: holder.select,
      of: holder,
      at: path.join('.'),
    };
    const metadataPath = [...path.slice(0, -1), 'metadata'];
    const metadata = valueIn(resource.object, metadataPath);
    return {
      resource,
      key,
      holder,
      pod: podHolder,
      podObject: pod,
      metadataPath: metadataPath.join('.'),
      metadata: isObject(metadata) ? metadata : undefined,
      containers: containersOf(resource, key, podHolder, pod, chart),
      section: `${resource.kind} ${resource.name}`,
    };
  });
}

/** What all names of a manifest may begin with, to be left off where a short name does. */
export function stemsOf(workloads: readonly Workload[], chart: string): readonly string[] {
  const names = workloads.map(({ resource }) => resource.name);
  const [first = ''] = names;
  const shared = names.length === 1 ? [first, withoutKind(first)] : [sharedWords(names).join('-')];
  return [chart, ...shared].filter((stem) => stem !== '');
}

/** Where a kind that Kubernetes serves has the spec of its pods; undefined when it has none. */
function podPath({ apiVersion, kind }: Resource): readonly string[] | undefined {
  const type = fieldAt(apiVersion, kind, [])?.type;
  return type === undefined ? undefined : pathTo(type, 'core.v1.PodSpec', DEEPEST);
}

/** A CronJob has it below spec.jobTemplate.spec.template.spec. */
const DEEPEST = 5;

function pathTo(type: string, wanted: string, depth: number): readonly string[] | undefined {
  if (depth === 0) return undefined;
  for (const [name, field] of Object.entries(objectType(type)?.fields ?? {})) {
    if (field.type === wanted) return [name];
    const inner = pathTo(field.type, wanted, depth - 1);
    if (inner !== undefined) return [name, ...inner];
  }
  return undefined;
}

function valueIn(object: Json, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined),
    object,
  );
}

interface Found {
  readonly object: JsonObject;
  readonly name: string;
  readonly list: 'containers' | 'initContainers';
}

function containersIn(pod: JsonObject): readonly Found[] {
  return (['containers', 'initContainers'] as const).flatMap((list) => {
    const items = pod[list];
    if (!Array.isArray(items)) return [];
    return (items as readonly Json[]).flatMap((object) =>
      isObject(object) && typeof object['name'] === 'string' ? [{ object, name: object['name'], list }] : [],
    );
  });
}

function containersOf(
  resource: Resource,
  key: string,
  pod: Holder,
  podObject: JsonObject,
  chart: string,
): readonly Container[] {
  const all = containersIn(podObject);
  const main = mainOf(resource, podObject, all, chart);
  const others = all.filter((one) => one !== main);
  const keys = distinct(
    others,
    ({ name, list }) => [
      camel(name),
      `${camel(name)}${list === 'initContainers' ? 'Init' : 'Container'}`,
      `${camel(name)}Container`,
    ],
    OWN,
  );
  const name = (own: string): string => (key === '' ? own : key + capitalized(own));
  return [...(main === undefined ? [] : [main]), ...others].map((one): Container => {
    const own = keys.get(one) ?? '';
    return {
      name: one.name,
      key: one === main ? key : below(key, own),
      isMain: one === main,
      isInit: one.list === 'initContainers',
      object: one.object,
      holder: {
        name: name(one === main ? 'container' : own),
        select: pod.select,
        of: pod,
        at: `${one.list}.[name=${one.name}]`,
      },
    };
  });
}

/**
 * The container that the workload is there for: the one that kubectl takes by default, else the one
 * of whose name or image most words are the workload's or the chart's, of several the first.
 */
function mainOf(
  { name, object }: Resource,
  pod: JsonObject,
  all: readonly Found[],
  chart: string,
): Found | undefined {
  const candidates = all.filter(({ list }) => list === 'containers');
  const template = JSON.stringify(object['spec'] ?? null);
  const named = /"kubectl\.kubernetes\.io\/default-container":"([^"]+)"/.exec(template)?.[1];
  const known = [...name.split('-'), ...chart.split('-')];
  const likeness = ({ name: own, object: { image } }: Found): number =>
    Math.max(...[own, baseOf(image)].map((one) => shareOf(one, known)));
  const [best] = candidates.toSorted((a, b) => likeness(b) - likeness(a));
  return (
    candidates.find((one) => one.name === named) ??
    candidates.find((one) => one.name === name) ??
    best ??
    containersIn(pod)[0]
  );
}

function baseOf(image: Json | undefined): string {
  return typeof image === 'string' ? (parseImage(image).repository.split('/').at(-1) ?? '') : '';
}

/** How many of a name's words are known, or begin one that is. */
function shareOf(name: string, known: readonly string[]): number {
  const words = name.split('-');
  const fits = words.filter((word) =>
    known.some((other) => other === word || (word.length > 3 && other.startsWith(word))),
  );
  return fits.length / words.length;
}
