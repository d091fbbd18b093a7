import { ChartError } from '../errors.ts';
import type { Json, JsonObject } from '../parse/manifest.ts';
import { parseFieldPath } from '../recipe/fieldpath.ts';
import type { AppendEntry, Entry } from '../recipe/types.ts';
import { isObject } from '../templatize/tree.ts';
import { fieldsAt } from './locate.ts';

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
 * @throws VALUES_REFUSED
 */
export function refuseSpoilt(
  entry: AppendEntry,
  items: readonly JsonObject[],
  object: JsonObject,
  entries: readonly Entry[],
): void {
  const { path, unique, refers } = entry;
  const upstreams = elementsOf(entry, object).slice(0, -items.length);
  if (unique !== undefined) refuseSameTwice(path, items, [unique], keysOf(upstreams, unique));
  const other = entries.find((candidate) => candidate.path === refers?.to);
  if (refers === undefined || other?.as !== 'append' || other.unique === undefined) return;
  refuseUnknown(path, items, refers.key, keysOf(elementsOf(other, object), other.unique));
}

/** The elements of the lists that an entry adds to. */
function elementsOf({ targets }: AppendEntry, object: JsonObject): readonly Json[] {
  const fieldPaths = targets.flatMap((target) => target.fieldPaths ?? []);
  return fieldPaths
    .flatMap((fieldPath) => fieldsAt(object, parseFieldPath(fieldPath)))
    .flatMap((list) => (Array.isArray(list) ? (list as readonly Json[]) : []));
}

function keysOf(elements: readonly Json[], key: string): readonly Json[] {
  return elements.flatMap((element) => (isObject(element) ? (element[key] ?? []) : []));
}
