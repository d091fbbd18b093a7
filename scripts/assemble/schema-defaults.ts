import type { Json, JsonObject } from '../parse/manifest.ts';
import { isObject } from '../templatize/tree.ts';

/**
 * Writes the chart's defaults into the bundled schema, for editors and for people:
 * on every property at the root and below it as far as the properties are written
 * in place. Shared definitions get none, they stand for several values.
 */
export function withDefaults(schema: JsonObject, defaults: Json): JsonObject {
  const { properties } = schema;
  if (!isObject(properties) || !isObject(defaults)) return schema;
  const filled = Object.entries(properties).map(([key, property]): readonly [string, Json] => {
    const value = defaults[key];
    if (!isObject(property) || value === undefined) return [key, property];
    return [
      key,
      isObject(property['properties']) ? withDefaults(property, value) : { ...property, default: value },
    ];
  });
  return { ...schema, properties: Object.fromEntries(filled) };
}
