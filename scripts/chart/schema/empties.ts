import type { Json, JsonObject } from '../../json/json.ts';
import { isObject } from '../../json/tree.ts';
import type { Definitions } from '../../kubernetes/schema.ts';
import { admits, listed } from './admits.ts';
import { followed, lookupIn, nameOf, refTo } from './definitions.ts';

/*
 * Values that say nothing: of `drop` and the like what is empty, of `omitEmpty` keys that count as
 * left out, of a preset null.
 */

const EMPTY: Readonly<Record<string, Json>> = {
  string: '',
  integer: 0,
  number: 0,
  boolean: false,
  array: [],
  object: {},
};

/** The schema with what is empty of each of its types. */
export function orEmpty(schema: JsonObject, definitions: Definitions): JsonObject {
  const lookup = lookupIn(definitions);
  const own = followed(schema, definitions);
  const { type, pattern, enum: allowed } = own;
  const lacking = listed(type).filter((name) => {
    const empty = EMPTY[String(name)];
    return empty !== undefined && !admits(schema, empty, lookup);
  });
  if (lacking.length === 0) return schema;
  // What it says of a map that is not empty is told better than by anyOf.
  if (lacking.join() === 'object') return { type: 'object', if: { maxProperties: 0 }, else: schema };
  return typeof pattern === 'string' || Array.isArray(allowed)
    ? orText(own)
    : { anyOf: [{ enum: lacking.map((name) => EMPTY[String(name)] ?? null) }, schema] };
}

/** The schema with null, which leaves a value open. */
export function orNull(schema: JsonObject): JsonObject {
  const { type, enum: allowed } = schema;
  if (type === undefined) {
    const isFree = Object.keys(schema).every((keyword) => keyword === 'description');
    return isFree ? schema : { anyOf: [{ type: 'null' }, schema] };
  }
  return {
    ...schema,
    type: [...listed(type), 'null'],
    ...(allowed !== undefined && { enum: [...listed(allowed), null] }),
    ...(schema['if'] !== undefined && { if: { type: 'object', ...(schema['if'] as JsonObject) } }),
  };
}

/** The schema with a value inside of it left open. */
export function openInside(
  schema: JsonObject,
  [head, ...rest]: readonly string[],
  definitions: Definitions,
): JsonObject {
  if (head === undefined) return orNull(schema);
  const { required, properties, ...own } = followed(schema, definitions);
  const inner = isObject(properties) ? properties[head] : own['additionalProperties'];
  const needed = listed(required ?? []).filter((key) => key !== head);
  const opened = isObject(inner) ? openInside(inner, rest, definitions) : {};
  return {
    ...own,
    ...(needed.length > 0 && { required: needed }),
    properties: { ...(isObject(properties) && properties), [head]: opened },
  };
}

/** A map's schema with keys that count as left out when they are empty: the named, or all at every depth. */
export function omitting(
  schema: JsonObject,
  keys: true | readonly string[],
  definitions: Definitions,
): JsonObject {
  if (keys === true) return shared(schema, '.lenient', definitions, lenientInside);
  const { required, properties, ...own } = followed(schema, definitions);
  const needed = listed(required).filter((key) => !keys.includes(String(key)));
  const known = isObject(properties) ? properties : {};
  const relaxed = keys.map((key): readonly [string, Json] => [
    key,
    lenient(known[key] ?? own['additionalProperties'] ?? true, definitions),
  ]);
  return {
    ...own,
    ...(needed.length > 0 && { required: needed }),
    properties: { ...known, ...Object.fromEntries(relaxed) },
  };
}

function lenient(schema: Json, definitions: Definitions): Json {
  if (!isObject(schema)) return schema;
  return shared(schema, '.lenientOrNull', definitions, (own) =>
    orText(orNull(lenientInside(own, definitions))),
  );
}

/** Elements of lists count, also when they are empty. */
function lenientInside(schema: JsonObject, definitions: Definitions): JsonObject {
  const { required: _, properties, additionalProperties, ...own } = schema;
  return {
    ...own,
    ...(additionalProperties !== undefined && {
      additionalProperties: lenient(additionalProperties, definitions),
    }),
    ...(isObject(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, inner]) => [key, lenient(inner, definitions)]),
      ),
    }),
  };
}

/** What a change makes of a schema; of a definition it is a definition, too. */
function shared(
  schema: JsonObject,
  suffix: string,
  definitions: Definitions,
  change: (own: JsonObject, definitions: Definitions) => JsonObject,
): JsonObject {
  const name = nameOf(schema);
  if (name === undefined) return change(schema, definitions);
  const changed = `${name}${suffix}`;
  if (!definitions.has(changed)) {
    definitions.set(changed, {});
    definitions.set(changed, change(definitions.get(name) ?? {}, definitions));
  }
  return refTo(changed);
}

/** With an empty text, but for a map, of which nothing is an empty map. */
function orText(schema: JsonObject): JsonObject {
  const { type, enum: allowed, pattern } = schema;
  const types = listed(type);
  if (types.length === 0 || types.includes('object')) return schema;
  const isText = types.includes('string');
  return {
    ...schema,
    type: isText ? (type ?? null) : [...types, 'string'],
    ...(!isText && { maxLength: 0 }),
    ...(typeof pattern === 'string' && { pattern: `^(${pattern.replaceAll(/^\^|\$$/g, '')})?$` }),
    ...(allowed !== undefined && { enum: [...new Set([...listed(allowed), ''])] }),
  };
}
