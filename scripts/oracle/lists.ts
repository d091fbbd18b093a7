import type { Json, JsonObject } from '../json/json.ts';
import { asText, isObject, member, objectsIn } from '../json/tree.ts';
import type { Entry, ListRules } from '../recipe/entry.ts';
import type { Mutable } from './locate.ts';

/**
 * Why a list with two elements of the same keys is refused: draft-07's uniqueItems compares whole
 * elements.
 *
 * @param at the value's path, for the message
 * @param taken keys of elements that are there already
 */
export function sameTwice(
  at: string,
  items: readonly JsonObject[],
  keys: readonly string[],
  taken: readonly string[] = [],
): string | undefined {
  const seen = new Set(taken);
  for (const item of items) {
    const id = keys.map((key) => asText(member(item, key))).join('/');
    if (seen.has(id)) return `${at} names ${id} twice`;
    seen.add(id);
  }
  return undefined;
}

/** Why an element that names what is not there is refused. */
function namesUnknown(
  at: string,
  items: readonly JsonObject[],
  key: string,
  known: readonly string[],
): string | undefined {
  const unknown = items.find((item) => !known.includes(asText(member(item, key))));
  return unknown && `${at} names ${asText(member(unknown, key))}, which is not there`;
}

/** A list that was added to: what stood in it, and what each entry put behind, in order. */
export interface Grown {
  readonly parent: Mutable;
  readonly key: string | number;
  readonly before: readonly Json[];
  readonly added: { readonly entry: Entry; readonly items: readonly Json[] }[];
}

/** A field that is an entry's value. */
export interface Lifted {
  readonly entry: Entry;
  readonly parent: Mutable;
  readonly key: string | number;
}

/**
 * Checks the lists of one object: keys that tell elements apart, and names of elements of
 * another list.
 *
 * @param lifted fields that are a value: one may be the key of an element
 * @param refuse keeps a reason, if there is one
 */
export function checkLists(
  lists: readonly Grown[],
  lifted: readonly Lifted[],
  refuse: (reason: string | undefined) => void,
): void {
  for (const list of lists) {
    const unique = uniqueOf(list);
    if (unique !== undefined) checkUnique(list, unique, lifted, refuse);
  }
  const known = (to: string): readonly string[] =>
    lists
      .filter((list) => list.added.some((other) => other.entry.path === to))
      .flatMap((list) => keysOf(allOf(list), uniqueOf(list) ?? ''));
  const refuseDangling = (at: string, items: readonly JsonObject[], { refers }: ListRules): void => {
    if (refers !== undefined) refuse(namesUnknown(at, items, refers.key, known(refers.to)));
  };
  for (const { entry, items } of lists.flatMap(({ added }) => added)) {
    const own = items.filter(isObject);
    refuseDangling(entry.path, own, entry);
    for (const rules of entry.inner ?? []) {
      const at = `${entry.path}.${rules.list}`;
      for (const inner of own.map((item) => objectsIn(member(item, rules.list)))) {
        const { unique } = rules;
        if (unique !== undefined) refuse(sameTwice(at, inner, [unique]));
        refuseDangling(at, inner, rules);
      }
    }
  }
}

function checkUnique(
  { before, added }: Grown,
  unique: string,
  lifted: readonly Lifted[],
  refuse: (reason: string | undefined) => void,
): void {
  for (const [i, element] of before.entries()) {
    const setter = lifted.find(({ parent, key }) => (parent as Json) === element && key === unique);
    const others = before.filter((_, j) => j !== i);
    if (setter !== undefined && isObject(element))
      refuse(sameTwice(setter.entry.path, [element], [unique], keysOf(others, unique)));
  }
  const taken = keysOf(before, unique);
  for (const { entry, items } of added) {
    const own = items.filter(isObject).filter((item) => entry.form === 'yaml' || Object.hasOwn(item, unique));
    refuse(sameTwice(entry.path, own, [unique], taken));
    taken.push(...keysOf(own, unique));
  }
}

function uniqueOf({ added }: Grown): string | undefined {
  return added.map(({ entry }) => entry.unique).find((unique) => unique !== undefined);
}

function allOf({ before, added }: Grown): readonly Json[] {
  return [...before, ...added.flatMap(({ items }) => items)];
}

function keysOf(elements: readonly Json[], key: string): string[] {
  return elements.flatMap((element) =>
    isObject(element) && Object.hasOwn(element, key) ? [asText(element[key])] : [],
  );
}
