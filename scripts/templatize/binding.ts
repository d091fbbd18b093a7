import type { JsonObject, Manifest, Resource } from '../parse/manifest.ts';
import {
  entryName,
  isMapEntry,
  type EachEntry,
  type Entry,
  type Recipe,
  type Target,
} from '../recipe/types.ts';
import { selectResources } from '../recipe/select.ts';
import { ChartError } from '../errors.ts';
import { groupBy } from '../recipe/group.ts';
import { findPlaces, showPlace, type Place } from './place.ts';

/** An entry of the recipe and one field that it claims. */
export interface FieldBinding {
  readonly entry: Entry;
  readonly place: Place;
  /** The sibling behind which a missing field is written. */
  readonly after: string | undefined;
  /** For an `each` entry: the key of the element that the field takes. */
  readonly key?: string;
  /** Of an `element` entry: what is put into the list. */
  readonly element?: JsonObject;
}

/** What the recipe does to one resource. */
export interface ResourceBindings {
  readonly resource: Resource;
  readonly fields: readonly FieldBinding[];
  /** Paths of the boolean values that decide whether the resource is there. */
  readonly conditions: readonly string[];
  /** The list of which every element makes one such resource. */
  readonly each: EachEntry | undefined;
}

/**
 * Resolves every entry of the recipe on the manifest.
 *
 * @throws RECIPE_SELECTOR when something matches nothing or is ambiguous,
 *   RECIPE_CLAIM when two entries claim one field
 */
export function bind(manifest: Manifest, recipe: Recipe): readonly ResourceBindings[] {
  const claims = recipe.entries.flatMap((entry) =>
    entry.targets.flatMap((target) =>
      selectResources(manifest, target, entryName(entry)).map((resource) => ({ entry, target, resource })),
    ),
  );
  const byResource = groupBy(claims, ({ resource }) => resource);
  return manifest.resources.map((resource) => {
    const own = byResource.get(resource) ?? [];
    const fields = own.flatMap(({ entry, target }) => bindFields(entry, target, resource));
    refuseDoubleClaims(fields);
    const conditions = own.filter(({ entry }) => entry.as === 'document').map(({ entry }) => entry.path);
    const each = own.map(({ entry }) => entry).find((entry) => entry.as === 'each');
    return { resource, fields, conditions, each };
  });
}

function bindFields(entry: Entry, target: Target, resource: Resource): readonly FieldBinding[] {
  if (entry.as === 'each') return bindElements(entry, resource);
  const { create = false, after, element } = target.options ?? {};
  return (target.fieldPaths ?? []).flatMap((fieldPath) =>
    findPlaces(resource, fieldPath, create, entryName(entry)).map((place) => ({
      entry,
      place,
      after,
      ...(element !== undefined && { element }),
    })),
  );
}

function bindElements(entry: EachEntry, resource: Resource): readonly FieldBinding[] {
  return Object.entries(entry.fields).flatMap(([fieldPath, key]) =>
    findPlaces(resource, fieldPath, false, entryName(entry)).map((place) => ({
      entry,
      place,
      after: undefined,
      key,
    })),
  );
}

/** Whether the entry only adds behind what is there, so that others may bind what is there. */
function isAdditive(entry: Entry): boolean {
  return entry.as === 'append' || entry.as === 'element' || isMapEntry(entry);
}

/**
 * Two entries claim one field when one's path is the other's or lies inside it.
 * Additive entries claim only the end of their map or list: they may share it, and
 * elements inside may be bound by others.
 */
function refuseDoubleClaims(bound: readonly FieldBinding[]): void {
  const sorted = bound
    .map((binding) => ({ binding, key: pathKey(binding.place) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const open: typeof sorted = [];
  for (const claim of sorted) {
    while (open.length > 0 && !claim.key.startsWith(open.at(-1)?.key ?? '')) open.pop();
    for (const outer of open) {
      const same = outer.key === claim.key;
      const [a, b] = [outer.binding.entry, claim.binding.entry];
      if (isAdditive(a) && (!same || isAdditive(b))) continue;
      if (same && a.as === 'substitute' && b.as === 'substitute') continue;
      throw doubleClaim(outer.binding, claim.binding);
    }
    open.push(claim);
  }
}

/** The path with an end mark after every segment, so that `/a` is no prefix of `/ab`. */
function pathKey(place: Place): string {
  return place.path.map((part) => `${part}\0`).join('');
}

function doubleClaim(a: FieldBinding, b: FieldBinding): ChartError {
  return new ChartError(
    'RECIPE_CLAIM',
    `${entryName(a.entry)} and ${entryName(b.entry)} both claim ${showPlace(b.place)}`,
  );
}
