import type { Json, JsonObject } from './json.ts';
import { groupBy } from './group-by.ts';

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of an object; undefined for what every object inherits: `constructor`, `toString`. */
export function member<T>(object: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The elements of a list; none where there is no list. */
export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** Those of them that are objects. */
export function objectsIn(value: Json | undefined): readonly JsonObject[] {
  return listOf(value).filter(isObject);
}

/**
 * A value as text: a scalar as it stands, all else as JSON. `String` calls the `toString` that
 * an object of the user's may have as a member.
 */
export function asText(value: Json | undefined): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

/** The value at a dotted path; undefined when there is none. */
export function getPath(tree: JsonObject, path: string): Json | undefined {
  return path
    .split('.')
    .reduce<Json | undefined>((at, key) => (isObject(at) ? member(at, key) : undefined), tree);
}

/** A copy of the tree with the value at the path; an object is merged into what is there. */
export function setPath(tree: JsonObject, path: string, value: Json): JsonObject {
  if (path === '') return tree;
  const [head = '', ...rest] = path.split('.');
  const old = member(tree, head);
  const inner =
    rest.length > 0
      ? setPath(isObject(old) ? old : {}, rest.join('.'), value)
      : isObject(old) && isObject(value)
        ? { ...old, ...value }
        : value;
  return { ...tree, [head]: inner };
}

/** The tree of values by their paths, in time that grows with their number; see {@link setPath}. */
export function treeOf(values: readonly (readonly [path: string, value: Json])[]): JsonObject {
  const groups = groupBy(values, ([path]) => path.split('.', 1)[0] ?? '');
  const members = [...groups].map(([head, own]): readonly [string, Json] => {
    if (own.every(([path]) => path !== head))
      return [head, treeOf(own.map(([path, value]) => [path.slice(head.length + 1), value] as const))];
    const merged = own.reduce<JsonObject>((tree, [path, value]) => setPath(tree, path, value), {});
    return [head, merged[head] ?? null];
  });
  return Object.fromEntries(members);
}

/** Deep equality of JSON data; the order of keys does not count. */
export function equalJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => equalJson(item as Json, b[i] as Json));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equalJson(a[key], b[key]))
  );
}

/** A tree of values with every key that it lacks, or has as null, taken from another. */
export function fillIn(values: JsonObject, from: JsonObject): JsonObject {
  const filled = Object.entries(from).map(([key, value]): readonly [string, Json] => {
    const own = values[key];
    if (own === undefined || own === null) return [key, value];
    return [key, isObject(own) && isObject(value) ? fillIn(own, value) : own];
  });
  return { ...values, ...Object.fromEntries(filled) };
}

/** A copy of the tree without what is at the path. */
export function withoutPath(tree: JsonObject, path: string): JsonObject {
  const [head = '', ...rest] = path.split('.');
  const { [head]: inner, ...others } = tree;
  if (inner === undefined || rest.length === 0) return others;
  return isObject(inner) ? { ...tree, [head]: withoutPath(inner, rest.join('.')) } : tree;
}
