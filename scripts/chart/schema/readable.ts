import type { Json, JsonObject } from '../../json/json.ts';
import { isObject } from '../../json/tree.ts';
import type { Definitions } from '../../kubernetes/schema.ts';
import { listed } from './admits.ts';
import { refTo } from './definitions.ts';
import { ANNOTATIONS } from './implies.ts';
import { KEY, TEXT } from './text.ts';

const TEXT_NAME = 'yaml.text';
const ANY_NAME = 'yaml.any';
const KEY_NAME = 'yaml.key';

const DEFINITIONS: Readonly<Record<string, JsonObject>> = {
  [TEXT_NAME]: { type: 'string', pattern: TEXT },
  [KEY_NAME]: { pattern: KEY },
  [ANY_NAME]: {
    pattern: TEXT,
    items: refTo(ANY_NAME),
    propertyNames: { pattern: KEY },
    additionalProperties: refTo(ANY_NAME),
  },
};

/**
 * A schema that takes no text which is lost on the way to the cluster, wherever it says no more of a text
 * than that it is one. Of what an `enum` or a `pattern` of its own names nothing is said.
 *
 * @param definitions takes what the schema refers to
 */
export function readable(schema: JsonObject, definitions: Definitions): JsonObject {
  const own = within(schema, definitions);
  const { type, pattern, enum: allowed, const: only } = own;
  if (own['$ref'] !== undefined || pattern !== undefined || allowed !== undefined || only !== undefined)
    return own;
  const says = Object.keys(own).filter((keyword) => !ANNOTATIONS.has(keyword));
  if (says.length === 0) return { ...own, ...shared(ANY_NAME, definitions) };
  const types = listed(type);
  if (types.length === 1 && types[0] === 'string' && says.length === 1) {
    const { type: _, ...said } = own;
    return { ...said, ...shared(TEXT_NAME, definitions) };
  }
  return {
    ...own,
    ...(types.includes('string') && { allOf: [...listed(own['allOf']), shared(ANY_NAME, definitions)] }),
    ...(types.includes('array') && own['items'] === undefined && { items: shared(ANY_NAME, definitions) }),
    ...(types.includes('object') && own['if'] === undefined && openMap(own, definitions)),
  };
}

/** Of a map whose keys are free: what these and the values below them may be. */
function openMap(schema: JsonObject, definitions: Definitions): JsonObject {
  const { additionalProperties: more, propertyNames: names } = schema;
  if (more === false) return {};
  return {
    propertyNames: isObject(names) ? { ...names, pattern: KEY } : shared(KEY_NAME, definitions),
    ...(more === undefined && { additionalProperties: shared(ANY_NAME, definitions) }),
  };
}

/** The same of all that the schema holds. */
function within(schema: JsonObject, definitions: Definitions): JsonObject {
  const { properties, additionalProperties, items, allOf, anyOf, else: otherwise } = schema;
  const each = (value: Json): Json => (isObject(value) ? readable(value, definitions) : value);
  return {
    ...schema,
    ...(isObject(properties) && {
      properties: Object.fromEntries(Object.entries(properties).map(([key, inner]) => [key, each(inner)])),
    }),
    ...(isObject(additionalProperties) && { additionalProperties: each(additionalProperties) }),
    ...(isObject(items) && { items: each(items) }),
    ...(isObject(otherwise) && { else: each(otherwise) }),
    ...(Array.isArray(allOf) && { allOf: allOf.map((part: Json) => each(part)) }),
    ...(Array.isArray(anyOf) && { anyOf: anyOf.map((part: Json) => each(part)) }),
  };
}

function shared(name: string, definitions: Definitions): JsonObject {
  definitions.set(name, DEFINITIONS[name] ?? {});
  return refTo(name);
}
