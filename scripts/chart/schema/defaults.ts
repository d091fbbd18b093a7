import type { Json, JsonObject } from '../../json/json.ts';
import { isObject, member } from '../../json/tree.ts';
import { isTold } from './node.ts';
import { follow, pointerKeys } from './pointer.ts';
import { refsIn } from './walk.ts';

/**
 * Writes the chart's defaults into the self-contained schema, for editors and for people: beside
 * every property that has one. A shared definition whose properties are described stands for
 * several values, so it is written out where one of them has defaults inside.
 */
export function withDefaults(schema: JsonObject, defaults: JsonObject): JsonObject {
  return withoutUnused(filled(schema, defaults, schema));
}

/** Drops definitions that nothing refers to any more. */
function withoutUnused(schema: JsonObject): JsonObject {
  const { definitions, ...rest } = schema;
  if (!isObject(definitions)) return schema;
  const used = new Set<string>();
  const pending = [...refsIn(rest)];
  for (const ref of pending) {
    // A reference may also lead to what stands inside a definition.
    const [keyword, name] = pointerKeys(ref.slice(1)) ?? [];
    if (keyword !== 'definitions' || name === undefined || used.has(name)) continue;
    used.add(name);
    pending.push(...refsIn(member(definitions, name) ?? null));
  }
  const kept = Object.entries(definitions).filter(([name]) => used.has(name));
  return { ...schema, definitions: Object.fromEntries(kept) };
}

function filled(node: JsonObject, defaults: JsonObject, root: JsonObject): JsonObject {
  const { properties } = node;
  if (!isObject(properties)) return node;
  const entries = Object.entries(properties).map(([key, property]): readonly [string, Json] => {
    const value = member(defaults, key);
    if (!isObject(property) || value === undefined) return [key, property];
    const isFilled = isObject(value) && Object.keys(value).length > 0;
    const own = isFilled ? writtenOut(property, root) : property;
    return isFilled && isObject(own['properties'])
      ? [key, filled(own, value, root)]
      : [key, { ...property, default: value }];
  });
  return { ...node, properties: Object.fromEntries(entries) };
}

/** A property with the definition that it refers to in its place; what stands beside `$ref` wins. */
function writtenOut(property: JsonObject, root: JsonObject): JsonObject {
  const { $ref, ...own } = property;
  if (typeof $ref !== 'string') return property;
  const target = follow($ref, root);
  if (!isObject(target)) return property;
  const whole = writtenOut(target, root);
  return isTold(whole, root) ? { ...own, ...whole, ...own } : property;
}
