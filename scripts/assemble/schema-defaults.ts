import type { Json, JsonObject } from '../parse/manifest.ts';
import { getPath, isObject } from '../templatize/tree.ts';

/**
 * Writes the chart's defaults into the bundled schema, for editors and for people: beside
 * every property that has one. A shared definition with properties stands for several
 * values, so it is written out where one of them has defaults inside.
 */
export function withDefaults(schema: JsonObject, defaults: JsonObject): JsonObject {
  return withoutUnused(filled(schema, defaults, schema));
}

/** Drops definitions that nothing refers to any more. */
function withoutUnused(schema: JsonObject): JsonObject {
  const { definitions } = schema;
  if (!isObject(definitions)) return schema;
  // A reference may also lead to what stands inside a definition.
  const names = new Set(refsIn(schema).map((ref) => ref.split('/')[2]));
  const used = Object.entries(definitions).filter(([name]) => names.has(name));
  const rest = { ...schema, definitions: Object.fromEntries(used) };
  return used.length === Object.keys(definitions).length ? schema : withoutUnused(rest);
}

function refsIn(node: Json): readonly string[] {
  if (Array.isArray(node)) return node.flatMap((item: Json) => refsIn(item));
  if (!isObject(node)) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value] : refsIn(value),
  );
}

function filled(node: JsonObject, defaults: JsonObject, root: JsonObject): JsonObject {
  const { properties } = node;
  if (!isObject(properties)) return node;
  const entries = Object.entries(properties).map(([key, property]): readonly [string, Json] => {
    const value = defaults[key];
    if (!isObject(property) || value === undefined) return [key, property];
    const own = writtenOut(property, root);
    return isObject(own['properties']) && isObject(value) && Object.keys(value).length > 0
      ? [key, filled(own, value, root)]
      : [key, { ...property, default: value }];
  });
  return { ...node, properties: Object.fromEntries(entries) };
}

/** A property with the definition that it refers to in its place; what stands beside `$ref` wins. */
function writtenOut(property: JsonObject, root: JsonObject): JsonObject {
  const { $ref, ...own } = property;
  if (typeof $ref !== 'string') return property;
  const target = getPath(root, $ref.slice('#/'.length).replaceAll('/', '.'));
  return isObject(target) ? { ...own, ...writtenOut(target, root), ...own } : property;
}
