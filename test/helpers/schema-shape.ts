import { TEXT } from '../../scripts/chart/schema/text.ts';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { isObject } from '../../scripts/json/tree.ts';

/** A schema taken apart: what holds in any case, and lists of which one each must hold. */
export interface Shape {
  readonly base: JsonObject;
  readonly choices: readonly (readonly JsonObject[])[];
}

/**
 * Follows references and folds `allOf` into one schema. `not` stays aside: who draws
 * must judge the result by the schema itself.
 */
export function shapeOf(schema: JsonObject, root: JsonObject): Shape {
  const { $ref, allOf, anyOf, oneOf, const: only, ...rest } = schema;
  const own: JsonObject = only === undefined ? rest : { ...rest, enum: [only] };
  const referred = typeof $ref === 'string' ? [follow($ref, root)] : [];
  const parts = [...referred, ...schemas(allOf)].map((part) => shapeOf(part, root));
  return {
    base: parts.reduce((base, part) => both(base, part.base), own),
    choices: [
      ...[anyOf, oneOf].map(schemas).filter((list) => list.length > 0),
      ...parts.flatMap(({ choices }) => choices),
    ],
  };
}

/** The schema that a local reference means. */
export function follow(ref: string, root: JsonObject): JsonObject {
  const found = ref
    .split('/')
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<Json | undefined>((at, key) => (isObject(at) ? at[key] : undefined), root);
  if (!isObject(found)) throw new Error(`The schema has no ${ref}`);
  return found;
}

export function schemas(list: Json | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** One schema that says what two say, as far as that helps to draw. */
export function both(a: JsonObject, b: JsonObject): JsonObject {
  const shared = Object.keys(b).filter((key) => key in a);
  const joined = shared.map((key) => [key, join(key, a[key] ?? null, b[key] ?? null)] as const);
  return { ...a, ...b, ...Object.fromEntries(joined) };
}

function join(key: string, a: Json, b: Json): Json {
  if (key === 'properties' && isObject(a) && isObject(b)) {
    const common = Object.keys(b).filter((name) => name in a);
    const merged = common.map((name) => [name, { allOf: [a[name] ?? {}, b[name] ?? {}] }] as const);
    return { ...a, ...b, ...Object.fromEntries(merged) };
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return key === 'required' ? [...new Set<Json>([...a, ...b])] : a.filter((item) => b.includes(item));
  }
  if (typeof a === 'number' && typeof b === 'number')
    return key.startsWith('m') && key.includes('ax') ? Math.min(a, b) : Math.max(a, b);
  // Any text: what else is said of it is tighter.
  if (key === 'pattern' && a === TEXT) return b;
  if (key === 'additionalProperties' && (a === false || b === false)) return false;
  if (isObject(a) && isObject(b) && key !== 'default') return { allOf: [a, b] };
  return a;
}
