import type { Json } from '../json/json.ts';
import { isObject } from '../json/tree.ts';
import type { Entry } from '../recipe/entry.ts';

/**
 * The values that give `wanted` once Helm has merged them into a default: what only the default
 * has is emptied where that leaves it out, which every Helm keeps, or else is null.
 */
export function overriding({ omitEmpty }: Pick<Entry, 'omitEmpty'>, wanted: Json, base: Json): Json {
  if (!isObject(wanted) || !isObject(base)) return wanted;
  const deeper = omitEmpty === true ? { omitEmpty } : {};
  const there = Object.entries(wanted).map(
    ([key, value]) => [key, overriding(deeper, value, base[key] ?? null)] as const,
  );
  const gone = Object.entries(base)
    .filter(([key]) => !(key in wanted))
    .map(([key, value]) => {
      const empties = omitEmpty === true || (omitEmpty?.includes(key) ?? false);
      return [key, empties ? emptied(value) : null] as const;
    });
  return Object.fromEntries([...there, ...gone]);
}

/** A value with nothing in it; a map stays one, for the schema. */
function emptied(value: Json): Json {
  if (!isObject(value)) return '';
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, emptied(inner)]));
}
