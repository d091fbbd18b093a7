import type { Json, JsonObject, Manifest, Resource } from '../parse/manifest.ts';
import { ChartError } from '../errors.ts';
import { parseFieldPath } from '../recipe/fieldpath.ts';
import { groupBy } from '../recipe/group.ts';
import { matching, targets } from '../recipe/select.ts';
import { identityKeys, type Entry, type Recipe, type Target } from '../recipe/types.ts';
import { formatImage } from '../templatize/image.ts';
import type { ImageValue } from '../templatize/model.ts';
import { fillIn, presetTable } from '../templatize/presets.ts';
import { jsonStyle } from '../templatize/json-style.ts';
import { getPath, isObject } from '../templatize/tree.ts';
import { addKeys } from './added-keys.ts';
import { isEmpty } from './emptiness.ts';
import { jsonText, prettyJson } from './json-text.ts';
import { fieldsAt, locate, type Mutable } from './locate.ts';
import { refuseLimitsBelowRequests } from './limits.ts';
import { refuseSameTwice, refuseSpoilt, refuseTaken } from './list-keys.ts';

/** The facts of a release that templates can read. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  /** APIs that the cluster serves beyond Kubernetes' own; `helm template` takes them by --api-versions. */
  readonly served?: readonly string[];
}

/** What apply works with. */
export interface ApplyContext {
  readonly recipe: Recipe;
  readonly manifest: Manifest;
  readonly values: JsonObject;
  readonly release: Release;
  /** Why the chart refuses the values; Helm stops at one of these. */
  readonly refusals: string[];
}

/**
 * The oracle: what `helm template` must give for these values. A small interpreter of
 * the recipe on plain objects that never sees a Go template.
 *
 * @param values the chart's values after Helm has merged the user's into the defaults
 * @throws VALUES_REFUSED with a line for each reason why the chart refuses them although
 *   the schema cannot
 */
export function apply(
  recipe: Recipe,
  manifest: Manifest,
  values: JsonObject,
  release: Release,
): readonly JsonObject[] {
  const own = withPreset(recipe, manifest, values);
  const context: ApplyContext = { recipe, manifest, values: own, release, refusals: [] };
  const objects = objectsOf(context);
  if (context.refusals.length > 0) throw new ChartError('VALUES_REFUSED', context.refusals.join('\n'));
  return objects;
}

function objectsOf(context: ApplyContext): readonly JsonObject[] {
  const { recipe, manifest } = context;
  const claims = claimsOf(recipe, manifest);
  return manifest.resources
    .map((resource) => ({ resource, own: claims.get(resource) ?? [] }))
    .filter(({ own }) => isWanted(own, context))
    .flatMap(({ resource, own }) =>
      patternsOf(resource, own, context).map((object) => applyTo(resource, object, own, context)),
    );
}

/** Runs a check and keeps what it refuses, so that all reasons are known. */
function collect({ refusals }: ApplyContext, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof ChartError) || error.code !== 'VALUES_REFUSED') throw error;
    refusals.push(error.message);
  }
}

/** What the user leaves open is what the chosen preset says. */
function withPreset(recipe: Recipe, manifest: Manifest, values: JsonObject): JsonObject {
  if (recipe.presets === undefined) return values;
  const table = presetTable(recipe.presets, (path) => upstreamField(recipe, manifest, path));
  const chosen = fillIn(values, table.options[String(getPath(values, table.path))] ?? {});
  return fillIn(chosen, table.options[table.default] ?? {});
}

function upstreamField(recipe: Recipe, manifest: Manifest, path: string): Json | undefined {
  const entry = recipe.entries.find((candidate) => candidate.path === path);
  if (entry?.as === 'element') return '';
  const target = entry?.targets[0];
  const resource = manifest.resources.find((candidate) => target !== undefined && targets(target, candidate));
  const field = target?.fieldPaths?.[0];
  return resource === undefined || field === undefined
    ? undefined
    : fieldsAt(resource.object, parseFieldPath(field))[0];
}

/** An entry that means a resource. */
interface Claim {
  readonly entry: Entry;
  readonly target: Target;
}

/** What the recipe says of each resource, in its order. */
function claimsOf(recipe: Recipe, manifest: Manifest): ReadonlyMap<Resource, readonly Claim[]> {
  const claims = recipe.entries.flatMap((entry) =>
    entry.targets.flatMap((target) =>
      matching(manifest, target).map((resource) => ({ entry, target, resource })),
    ),
  );
  return groupBy(claims, ({ resource }) => resource);
}

function isWanted(claims: readonly Claim[], { values }: ApplyContext): boolean {
  return claims.every(({ entry }) => entry.as !== 'document' || getPath(values, entry.path) === true);
}

/** What a resource starts from: itself, or for an `each` entry one copy for each element. */
function patternsOf(
  resource: Resource,
  claims: readonly Claim[],
  context: ApplyContext,
): readonly JsonObject[] {
  const each = claims.map(({ entry }) => entry).find((entry) => entry.as === 'each');
  if (each === undefined) return [structuredClone<JsonObject>(resource.object)];
  const items = (getPath(context.values, each.path) ?? []) as readonly JsonObject[];
  collect(context, () => refuseSameTwice(each.path, items, identityKeys(each)));
  return items.map((item) => {
    const object = structuredClone<JsonObject>(resource.object);
    for (const [fieldPath, key] of Object.entries(each.fields)) {
      const value = item[key] ?? null;
      for (const [parent, last] of locate(object, parseFieldPath(fieldPath))) {
        parent[last] = isObject(value) ? prettyJson(value, jsonStyle(String(parent[last])), '') : value;
      }
    }
    return object;
  });
}

function applyTo(
  resource: Resource,
  object: JsonObject,
  claims: readonly Claim[],
  context: ApplyContext,
): JsonObject {
  for (const { entry, target } of claims) {
    for (const fieldPath of target.fieldPaths ?? []) {
      for (const [parent, key] of locate(object, parseFieldPath(fieldPath))) {
        if (entry.as === 'element') addElement(parent, key, target, getPath(context.values, entry.path));
        else setField(parent, key, entry, resource, context);
      }
    }
  }
  const entries = [...new Set(claims.map(({ entry }) => entry))];
  for (const entry of entries) {
    if (entry.as !== 'append') continue;
    const items = (getPath(context.values, entry.path) ?? []) as readonly JsonObject[];
    collect(context, () => refuseTaken(entry, items, object, entries, context.values));
    collect(context, () => refuseSpoilt(entry, items, object, entries));
  }
  return object;
}

/** Puts the element, with the value inside, behind what the list has. */
function addElement(parent: Mutable, key: string | number, { options }: Target, value?: Json): void {
  if (isEmpty(value)) return;
  parent[key] = [...(parent[key] as readonly Json[]), filled(options?.element ?? null, value ?? null)];
}

function setField(
  parent: Mutable,
  key: string | number,
  entry: Exclude<Entry, { as: 'element' }>,
  resource: Resource,
  context: ApplyContext,
): void {
  const value = getPath(context.values, entry.path);
  switch (entry.as) {
    case 'append':
      if (!isEmpty(value))
        parent[key] = [
          ...((parent[key] as readonly Json[] | undefined) ?? []),
          ...(value as readonly Json[]),
        ];
      return;
    case 'optional':
      if (isEmpty(value)) delete parent[key];
      else parent[key] = value ?? null;
      return;
    case 'merge':
    case 'labels':
    case 'entries':
    case 'checksum':
      addKeys(parent, key, entry, resource, context);
      return;
    case 'document':
    case 'each':
      return;
    case 'wrap':
      if (!isEmpty(value)) parent[key] = filled(entry.content, value ?? null);
      return;
    case 'substitute':
      parent[key] = String(parent[key]).replaceAll(entry.token, String(value));
      return;
    default:
      parent[key] = replacement(entry, value ?? null, parent[key], context);
  }
}

/** The content with the value in the place of every `$value`. */
function filled(content: Json, value: Json): Json {
  if (content === '$value') return value;
  if (Array.isArray(content)) return content.map((item: Json) => filled(item, value));
  if (!isObject(content)) return content;
  return Object.fromEntries(Object.entries(content).map(([key, inner]) => [key, filled(inner, value)]));
}

function replacement(entry: Entry, value: Json, upstream: Json | undefined, context: ApplyContext): Json {
  switch (entry.as) {
    case 'image':
      return formatImage({
        registry: '',
        repository: '',
        tag: '',
        digest: '',
        ...(value as Partial<ImageValue>),
      });
    case 'namespace':
      return isEmpty(value) ? context.release.namespace : value;
    case 'choice':
      return entry.choices[String(value)] ?? null;
    case 'resources':
      collect(context, () => refuseLimitsBelowRequests(value, entry.path));
      return value;
    case 'json':
      return jsonText(entry, String(upstream), context.values);
    default:
      return value;
  }
}
