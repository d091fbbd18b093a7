import type { Json, JsonObject } from '../json/json.ts';
import { asText, isObject, member, objectsIn } from '../json/tree.ts';

/** A container of a workload, with what the tables of the page show of it. */
export interface Container {
  readonly name: string;
  readonly init: boolean;
  readonly image: string;
  /** `requests.cpu` → quantity. */
  readonly resources: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
}

export interface Mount {
  readonly at: string;
  readonly volume: string;
  /** Where it comes from: `hostPath /var/run`, `configMap a`. */
  readonly source: string;
  readonly readOnly: boolean;
}

/** The containers that an object runs, by its pod spec; none when it runs none. */
export function containersOf(object: JsonObject): readonly Container[] {
  const spec = podSpec(object);
  if (spec === undefined) return [];
  const volumes = new Map(
    objectsIn(spec['volumes']).map((volume) => [textOf(volume['name']), sourceOf(volume)]),
  );
  return (['initContainers', 'containers'] as const).flatMap((key) =>
    objectsIn(spec[key]).map((container) => ({
      name: textOf(container['name']),
      init: key === 'initContainers',
      image: textOf(container['image']),
      resources: quantities(container['resources']),
      mounts: objectsIn(container['volumeMounts']).map((mount) => ({
        at: textOf(mount['mountPath']),
        volume: textOf(mount['name']),
        source: volumes.get(textOf(mount['name'])) ?? '',
        readOnly: mount['readOnly'] === true || isFixed(volumes.get(textOf(mount['name']))),
      })),
    })),
  );
}

/** What the kubelet writes nobody else can. Source: Kubernetes' documentation, "Volumes". */
function isFixed(source: string | undefined): boolean {
  return /^(?:configMap|secret|downwardAPI|projected)\b/.test(source ?? '');
}

/** A Pod has it at spec, a CronJob two templates below, all others in their template. */
function podSpec({ kind, spec }: JsonObject): JsonObject | undefined {
  const at = (value: Json | undefined, ...keys: readonly string[]): Json | undefined =>
    keys.reduce<Json | undefined>((inner, key) => (isObject(inner) ? member(inner, key) : undefined), value);
  const found =
    kind === 'Pod'
      ? spec
      : (at(spec, 'jobTemplate', 'spec', 'template', 'spec') ?? at(spec, 'template', 'spec'));
  return isObject(found) && Array.isArray(found['containers']) ? found : undefined;
}

function quantities(resources: Json | undefined): Readonly<Record<string, string>> {
  if (!isObject(resources)) return {};
  return Object.fromEntries(
    Object.entries(resources).flatMap(([group, own]) =>
      isObject(own) ? Object.entries(own).map(([name, value]) => [`${group}.${name}`, asText(value)]) : [],
    ),
  );
}

function sourceOf(volume: JsonObject): string {
  const [type, source] = Object.entries(volume).find(([key]) => key !== 'name') ?? [];
  if (type === undefined || !isObject(source)) return '';
  const what = ['path', 'name', 'secretName', 'claimName', 'driver']
    .map((key) => source[key])
    .find((value) => typeof value === 'string');
  return `${type} ${what ?? ''}`.trim();
}

function textOf(value: Json | undefined): string {
  return value === undefined ? '' : asText(value);
}
