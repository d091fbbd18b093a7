import type { Json, JsonObject } from '../../json/json.ts';
import { isObject } from '../../json/tree.ts';
import type { Definitions } from '../../kubernetes/schema.ts';
import { typesOf } from './admits.ts';
import { followed } from './definitions.ts';

/** The type of a value, where nothing else is known of the field. Of null nothing is known. */
export function like(value: Json): JsonObject {
  const [type = ''] = typesOf(value);
  return value === null ? {} : { type };
}

/** The same of what a map holds; a number there may be any number. */
export function likeAll(value: Json): JsonObject {
  if (typeof value === 'number') return { type: 'number' };
  if (!isObject(value) || Object.keys(value).length === 0) return like(value);
  const properties = Object.entries(value).map(([key, inner]) => [key, likeAll(inner)] as const);
  return { type: 'object', properties: Object.fromEntries(properties) };
}

/**
 * A field's schema for a value that a template writes as one type of scalar, whatever else the field
 * takes: a number where quotes are written would become a text.
 */
export function narrowed(schema: JsonObject, sample: Json, definitions: Definitions): JsonObject {
  if (typeof sample === 'object') return schema;
  const { type: own, ...rest } = followed(schema, definitions);
  const wanted = typesOf(sample);
  const types = own === undefined ? wanted : wanted.filter((type) => own === type || isIn(type, own));
  const [type] = types;
  if (type === undefined) return like(sample);
  // A whole number is written as one.
  if (typeof sample === 'number') {
    const { pattern: _, maxLength: __, ...limits } = rest;
    return { type: wanted[0] ?? type, ...limits };
  }
  const { minimum: _, maximum: __, ...limits } = rest;
  return { type, ...limits };
}

/** A field's schema for a value that a template writes as it is: of the types that upstream and the chart give it. */
export function likeEither(
  schema: JsonObject,
  samples: readonly Json[],
  definitions: Definitions,
): JsonObject {
  const types = new Set(samples.map((sample) => typesOf(sample)[0] ?? ''));
  // A whole number is a number.
  if (types.has('number')) types.delete('integer');
  return { ...followed(schema, definitions), type: [...types] };
}

function isIn(type: string, types: Json): boolean {
  return Array.isArray(types) && types.includes(type);
}
