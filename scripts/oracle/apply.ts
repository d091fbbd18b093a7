import { ChartError } from '../errors.ts';
import { groupBy } from '../json/group-by.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { mergeValues } from '../json/merge-values.ts';
import { getPath } from '../json/tree.ts';
import type { Manifest, Resource } from '../manifest/manifest.ts';
import { parseFieldPath } from '../recipe/fieldpath.ts';
import { matching } from '../recipe/select.ts';
import { identityKeys, type Entry, type Target } from '../recipe/entry.ts';
import type { Recipe } from '../recipe/types.ts';
import { addedKeys } from './added-keys.ts';
import { refuse, type ApplyContext, type Chart, type Release, type Use } from './context.ts';
import { withMaps, withTexts } from './elements.ts';
import { elements, fillingOf, isUnset, mapOf, valueAt, write } from './forms.ts';
import { limitBelowRequest } from './limits.ts';
import { checkLists, sameTwice, type Grown } from './lists.ts';
import { locate, type Mutable } from './locate.ts';
import { omissionsOf } from '../recipe/omissions.ts';
import { withPreset } from './presets.ts';
import { withTokens } from './tokens.ts';
import { withoutEmpty } from './without-empty.ts';
import { upstreamAt } from './upstream.ts';

/** An entry that means a resource. */
interface Meant {
  readonly entry: Entry;
  readonly target: Target;
}

/**
 * The oracle: what `helm template` must give for these values. A small interpreter of
 * the recipe on plain objects that never sees a Go template.
 *
 * @param own the user's values, which Helm merges into the defaults
 * @throws VALUES_REFUSED with a line for each reason why the chart refuses them although
 *   the schema cannot
 */
export function apply(chart: Chart, own: JsonObject, release: Release): readonly JsonObject[] {
  const { recipe, manifest } = chart;
  const merged = withoutEmpty(mergeValues(chart.defaults, own), omissionsOf(recipe));
  const values = withPreset(recipe.presets, merged, (path) => upstreamAt(recipe, manifest, path));
  const context: ApplyContext = { ...chart, values, release, refusals: new Set() };
  const meant = meantBy(recipe, manifest);
  const objects = manifest.resources
    .map((resource) => ({ resource, own: meant.get(resource) ?? [] }))
    .filter((one) => isWanted(one.own, context))
    .flatMap((one) => objectsFrom(one.resource, one.own, context));
  if (context.refusals.size > 0) throw new ChartError('VALUES_REFUSED', [...context.refusals].join('\n'));
  return objects;
}

/** What the recipe says of each resource, in its order. */
function meantBy(recipe: Recipe, manifest: Manifest): ReadonlyMap<Resource, readonly Meant[]> {
  const all = recipe.entries.flatMap((entry) =>
    entry.targets.flatMap((target) =>
      matching(manifest, target).map((resource) => ({ entry, target, resource })),
    ),
  );
  return groupBy(all, ({ resource }) => resource);
}

function isWanted(meant: readonly Meant[], { values }: ApplyContext): boolean {
  return meant.every(({ entry }) => entry.place !== 'document' || getPath(values, entry.path) === true);
}

/** The objects that a resource becomes: one, or for an `each` entry one for each element. */
function objectsFrom(
  resource: Resource,
  meant: readonly Meant[],
  context: ApplyContext,
): readonly JsonObject[] {
  const applied = (object: JsonObject): JsonObject => applyTo(resource, object, meant, context);
  const each = meant.map(({ entry }) => entry).find(({ place }) => place === 'each');
  if (each === undefined) return [applied(structuredClone<JsonObject>(resource.object))];
  const items = (getPath(context.values, each.path) ?? []) as readonly JsonObject[];
  refuse(context, sameTwice(each.path, items, identityKeys(each)));
  return items.map((item) => withMaps(each, item, applied(withTexts(each, item, resource.object))));
}

/** A field of the object that an entry feeds, found before anything is changed. */
interface Spot extends Meant {
  readonly parent: Mutable;
  readonly key: string | number;
  /** The keys of the map that is there. */
  readonly had: ReadonlySet<string>;
  /** The object as upstream has it. */
  readonly whole: JsonObject;
}

function applyTo(
  resource: Resource,
  object: JsonObject,
  meant: readonly Meant[],
  context: ApplyContext,
): JsonObject {
  const whole = resource.object;
  const spots = meant.flatMap(({ entry, target }) =>
    (target.fieldPaths ?? []).flatMap((fieldPath) =>
      locate(object, parseFieldPath(fieldPath)).map(([parent, key]): Spot => {
        const had = new Set(Object.keys(mapOf(parent[key])));
        return { entry, target, parent, key, had, whole };
      }),
    ),
  );
  const lists: Grown[] = [];
  for (const spot of spots) {
    if (spot.entry.place === 'append') append(spot, context, lists);
    else if (spot.entry.place === 'merge') merge(spot, context, resource);
    else if (fillingOf(useOf(spot, context)) === undefined) setField(spot, context);
  }
  fillTexts(spots, context);
  const lifted = spots.filter(({ entry }) => entry.place === 'replace' && entry.form === 'value');
  checkLists(lists, lifted, (reason) => refuse(context, reason));
  return object;
}

function useOf({ entry, target, parent, key, whole }: Spot, context: ApplyContext): Use {
  return { entry, target, upstream: parent[key], whole, context };
}

function setField(spot: Spot, context: ApplyContext): void {
  const { entry, parent, key } = spot;
  const use = useOf(spot, context);
  if (entry.check === 'limits') refuse(context, limitBelowRequest(valueAt(use), entry.path));
  if (entry.place === 'drop' && isUnset(use)) delete parent[key];
  else parent[key] = write(use);
}

/** Fills in the tokens of each text, of all entries at once. */
function fillTexts(spots: readonly Spot[], context: ApplyContext): void {
  const byParent = groupBy(spots, ({ parent }) => parent);
  for (const [parent, own] of byParent) {
    for (const [key, there] of groupBy(own, (spot) => spot.key)) {
      const fillings = there.flatMap((spot) => fillingOf(useOf(spot, context)) ?? []);
      const text = parent[key];
      if (fillings.length > 0 && typeof text === 'string') parent[key] = withTokens(text, fillings);
    }
  }
}

/**
 * Adds keys to a map, in place: fields inside it may be set by others. Of an object of upstream's,
 * keys that upstream wrote win over ours; a user's own keys win over all.
 */
function merge(spot: Spot, context: ApplyContext, resource: Resource): void {
  const { entry, parent, key, had } = spot;
  const stays = entry.form === 'yaml' || resource.added === true ? new Set<string>() : had;
  const added = Object.entries(addedKeys(useOf(spot, context))).filter(([name]) => !stays.has(name));
  if (added.length === 0) return;
  const map = (parent[key] ??= {}) as Record<string, Json>;
  for (const [name, value] of added) map[name] = value;
}

/** Puts the entry's elements behind the list, and remembers what stood in it before all entries. */
function append(spot: Spot, context: ApplyContext, lists: Grown[]): void {
  const { entry, parent, key } = spot;
  const items = elements(useOf(spot, context));
  let grown = lists.find((list) => list.parent === parent && list.key === key);
  if (grown === undefined) {
    grown = { parent, key, before: [...((parent[key] ?? []) as readonly Json[])], added: [] };
    lists.push(grown);
  }
  grown.added.push({ entry, items });
  if (items.length > 0) ((parent[key] ??= []) as Json[]).push(...items);
}
