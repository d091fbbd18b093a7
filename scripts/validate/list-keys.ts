import { ChartError } from '../errors.ts';
import type { Json, JsonObject } from '../parse/manifest.ts';
import { parseFieldPath } from '../recipe/fieldpath.ts';
import type { AppendEntry, Entry } from '../recipe/types.ts';
import { getPath, isObject } from '../templatize/tree.ts';
import { isEmpty } from './emptiness.ts';
import { fieldsAt, locate } from './locate.ts';

/**
 * Refuses two elements of a list with the same keys: draft-07's uniqueItems compares whole
 * elements.
 *
 * @param at the value's path, for the message
 * @param taken keys of elements that are there already
 * @throws VALUES_REFUSED
 */
export function refuseSameTwice(
  at: string,
  items: readonly JsonObject[],
  keys: readonly string[],
  taken: readonly Json[] = [],
): void {
  const seen = new Set(taken.map(String));
  for (const item of items) {
    const id = keys.map((key) => String(item[key])).join('/');
    if (seen.has(id)) {
      throw new ChartError('VALUES_REFUSED', `${at} names ${id} twice`, {
        hint: 'Give each a name of its own.',
      });
    }
    seen.add(id);
  }
}

/**
 * Refuses an element that names what is not there.
 *
 * @throws VALUES_REFUSED
 */
export function refuseUnknown(
  at: string,
  items: readonly JsonObject[],
  key: string,
  known: readonly Json[],
): void {
  const unknown = items.find((item) => !known.includes(item[key] ?? null));
  if (unknown === undefined) return;
  throw new ChartError('VALUES_REFUSED', `${at} names ${String(unknown[key])}, which is not there`, {
    hint: 'Add what it names, or correct the name.',
  });
}

/**
 * Refuses appended elements that spoil the list they stand in; see {@link AppendEntry}.
 *
 * @param object what all entries have been applied to
 * @param entries those that mean the object
 * @throws VALUES_REFUSED
 */
export function refuseSpoilt(
  entry: AppendEntry,
  items: readonly JsonObject[],
  object: JsonObject,
  entries: readonly Entry[],
): void {
  const { path, unique, refers } = entry;
  for (const list of listsOf(entry, object)) {
    if (unique !== undefined) refuseSameTwice(path, items, [unique], keysOf(without(list, items), unique));
  }
  const other = entries.find((candidate) => candidate.path === refers?.to);
  if (refers === undefined || other?.as !== 'append' || other.unique === undefined) return;
  refuseUnknown(path, items, refers.key, keysOf(listsOf(other, object).flat(), other.unique));
}

/**
 * Refuses a value that gives an element of the list a key that another of upstream's has:
 * one that was lifted out of an element, or that makes an element of its own.
 *
 * @throws VALUES_REFUSED with a line for each such value
 */
export function refuseTaken(
  entry: AppendEntry,
  items: readonly JsonObject[],
  object: JsonObject,
  entries: readonly Entry[],
  values: JsonObject,
): void {
  const { unique } = entry;
  if (unique === undefined) return;
  const lines = listsOf(entry, object).flatMap((list) => {
    const added = entries.flatMap((other) => elementKeys(other, unique, list, object, values));
    const lifted = entries.flatMap((other) => liftedKeys(other, unique, list, object));
    const before = without(list, items);
    const upstream = keysOf(before.slice(0, before.length - added.length), unique);
    const taken = (key: Json, times: number): boolean =>
      upstream.filter((other) => other === key).length > times;
    return [...lifted.filter(({ key }) => taken(key, 1)), ...added.filter(({ key }) => taken(key, 0))];
  });
  if (lines.length === 0) return;
  const text = lines.map(({ path, key }) => `${path} names ${String(key)} twice`).join('\n');
  throw new ChartError('VALUES_REFUSED', text, { hint: 'Choose another.' });
}

/** A key of a list's element, and the value that sets it. */
interface ElementKey {
  readonly path: string;
  readonly key: Json;
}

/** The key of what an `element` entry has put into the list. */
function elementKeys(
  entry: Entry,
  unique: string,
  list: readonly Json[],
  object: JsonObject,
  values: JsonObject,
): readonly ElementKey[] {
  const value = getPath(values, entry.path);
  if (entry.as !== 'element' || isEmpty(value)) return [];
  return entry.targets
    .filter((target) => listsAt(target.fieldPaths ?? [], object).includes(list))
    .map(({ options }) => options?.element?.[unique] ?? null)
    .map((key) => ({ path: entry.path, key: key === '$value' ? (value ?? null) : key }));
}

/** The keys of upstream's elements that a `scalar` entry has lifted. */
function liftedKeys(
  entry: Entry,
  unique: string,
  list: readonly Json[],
  object: JsonObject,
): readonly ElementKey[] {
  if (entry.as !== 'scalar') return [];
  return pathsOf(entry)
    .flatMap((fieldPath) => locate(object, parseFieldPath(fieldPath)))
    .filter(([parent, key]) => key === unique && list.includes(parent))
    .map(([parent]) => ({ path: entry.path, key: parent[unique] ?? null }));
}

function pathsOf({ targets }: Entry): readonly string[] {
  return targets.flatMap((target) => target.fieldPaths ?? []);
}

/** The lists that an entry adds to. */
function listsOf(entry: Entry, object: JsonObject): readonly (readonly Json[])[] {
  return listsAt(pathsOf(entry), object);
}

function listsAt(fieldPaths: readonly string[], object: JsonObject): readonly (readonly Json[])[] {
  return fieldPaths
    .flatMap((fieldPath) => fieldsAt(object, parseFieldPath(fieldPath)))
    .filter((list): list is readonly Json[] => Array.isArray(list));
}

/** A list as it was before the items were put behind it. */
function without(list: readonly Json[], items: readonly JsonObject[]): readonly Json[] {
  return list.slice(0, list.length - items.length);
}

function keysOf(elements: readonly Json[], key: string): readonly Json[] {
  return elements.flatMap((element) => (isObject(element) ? (element[key] ?? []) : []));
}
