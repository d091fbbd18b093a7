import type { Json } from '../json/json.ts';
import type { Segment } from '../recipe/fieldpath.ts';
import { asText, isObject, member } from '../json/tree.ts';

/** A JSON object or list that is being changed; the oracle works on copies. */
export type Mutable = Record<string | number, Json>;

/** The containers and keys that a field path means; the last key need not exist. */
export function locate(
  root: Json,
  segments: readonly Segment[],
): readonly (readonly [Mutable, string | number])[] {
  let parents: readonly Json[] = [root];
  for (const segment of segments.slice(0, -1)) {
    parents = parents.flatMap((at) => fieldsOf(at, keysOf(at, segment)));
  }
  const last = segments.at(-1);
  if (last === undefined) return [];
  return parents.flatMap((at) => keysOf(at, last).map((key) => [at as Mutable, key] as const));
}

function keysOf(at: Json, segment: Segment): readonly (string | number)[] {
  if (segment.type === 'key') return [Array.isArray(at) ? Number(segment.key) : segment.key];
  if (Array.isArray(at)) {
    return at.flatMap((item: Json, i) =>
      segment.type === 'all' || (isObject(item) && asText(member(item, segment.field)) === segment.value)
        ? [i]
        : [],
    );
  }
  return segment.type === 'all' && isObject(at) ? Object.keys(at) : [];
}

/** The values that a field path means; fields that do not exist are left out. */
export function fieldsAt(root: Json, segments: readonly Segment[]): readonly Json[] {
  return locate(root, segments).flatMap(([parent, key]) => fieldsOf(parent, [key]));
}

/** The fields that exist, each as one element even when it is a list. */
function fieldsOf(parent: Json, keys: readonly (string | number)[]): readonly Json[] {
  return keys.flatMap((key) => {
    if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, key)) return [];
    return [(parent as Mutable)[key] as Json];
  });
}
