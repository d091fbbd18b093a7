import { apiGroup } from '../json/api-group.ts';
import { groupBy } from '../json/group-by.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { isObject } from '../json/tree.ts';
import { lastingName, objectName } from './object-name.ts';
import { renamed } from './similar.ts';

type Pair = readonly [before: JsonObject, after: JsonObject];

/**
 * Objects that are gone and new and are one: those of a kind with one name, if there is no other, in
 * another namespace or with none; else those of much the same content.
 */
export function pairs(gone: readonly JsonObject[], fresh: readonly JsonObject[]): readonly Pair[] {
  const [left, right] = [groupBy(gone, kindAndName), groupBy(fresh, kindAndName)];
  const alike = [...left].flatMap(([key, [before, ...more]]): readonly Pair[] => {
    const [after, ...others] = right.get(key) ?? [];
    const isOnly = more.length === 0 && others.length === 0;
    return isOnly && before !== undefined && after !== undefined ? [[before, after]] : [];
  });
  const taken = new Set(alike.flat());
  const rest = (objects: readonly JsonObject[]) =>
    objects.filter((object) => !taken.has(object)).map((object) => ({ ...described(object), object }));
  const similar = renamed(rest(gone), rest(fresh)).map(([a, b]): Pair => [a.object, b.object]);
  return [...alike, ...similar];
}

function kindAndName(object: JsonObject): string {
  const name = objectName(object);
  return JSON.stringify([apiGroup(name.apiVersion), name.kind, name.name]);
}

function described(object: JsonObject): {
  readonly group: string;
  readonly alias: string;
  readonly content: Json;
} {
  const { apiVersion: _, kind: __, metadata, ...content } = object;
  const { name: ___, namespace: ____, ...rest } = isObject(metadata) ? metadata : {};
  const known = objectName(object);
  return {
    group: JSON.stringify([apiGroup(known.apiVersion), known.kind]),
    alias: lastingName(known),
    content: { ...content, metadata: rest },
  };
}
