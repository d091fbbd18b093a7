import type { Json, JsonObject } from '../parse/manifest.ts';

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a dotted path; undefined when there is none. */
export function getPath(tree: JsonObject, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((at, key) => (isObject(at) ? at[key] : undefined), tree);
}

/** A copy of the tree with the value at the path; an object is merged into what is there. */
export function setPath(tree: JsonObject, path: string, value: Json): JsonObject {
  if (path === '') return tree;
  const [head = '', ...rest] = path.split('.');
  const old = tree[head];
  const inner =
    rest.length > 0
      ? setPath(isObject(old) ? old : {}, rest.join('.'), value)
      : isObject(old) && isObject(value)
        ? { ...old, ...value }
        : value;
  return { ...tree, [head]: inner };
}

/** Deep equality of JSON data; the order of keys does not count. */
export function equalJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => equalJson(item as Json, b[i] as Json));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && equalJson(a[key], b[key]));
}
