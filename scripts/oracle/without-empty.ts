import type { Json, JsonObject } from '../json/json.ts';
import type { Omission } from '../recipe/omissions.ts';
import { isObject } from '../json/tree.ts';

/** Values without the keys that count as left out because they are empty. */
export function withoutEmpty(values: JsonObject, omissions: readonly Omission[]): JsonObject {
  return omissions.reduce<JsonObject>(
    (tree, { path, keys }) => changeAt(tree, path === '' ? [] : path.split('.'), (map) => pruned(map, keys)),
    values,
  );
}

function changeAt(
  tree: JsonObject,
  [head, ...rest]: readonly string[],
  change: (map: JsonObject) => JsonObject,
): JsonObject {
  if (head === undefined) return change(tree);
  const inner = tree[head];
  return isObject(inner) ? { ...tree, [head]: changeAt(inner, rest, change) } : tree;
}

function pruned(map: JsonObject, keys?: readonly string[]): JsonObject {
  const entries = Object.entries(map).flatMap(([key, value]): readonly (readonly [string, Json])[] => {
    if (keys !== undefined && !keys.includes(key)) return [[key, value]];
    const inner = isObject(value) ? pruned(value) : value;
    return isLeftOut(inner) ? [] : [[key, inner]];
  });
  return Object.fromEntries(entries);
}

/** Lists, 0 and false say something also when they are empty. */
function isLeftOut(value: Json): boolean {
  return value === null || value === '' || (isObject(value) && Object.keys(value).length === 0);
}
