import type { JsonObject } from '../../json/json.ts';
import type { Definitions } from '../../kubernetes/schema.ts';
import type { Lookup } from './admits.ts';

const REF = '#/definitions/';

/** Refers to a definition. */
export function refTo(name: string): JsonObject {
  return { $ref: REF + name };
}

/** The definition that a schema refers to; undefined when it stands for itself. */
export function nameOf({ $ref }: JsonObject): string | undefined {
  return typeof $ref === 'string' ? $ref.slice(REF.length) : undefined;
}

/** Finds what the schemas refer to. */
export function lookupIn(definitions: Definitions): Lookup {
  return (ref) => definitions.get(ref.slice(REF.length));
}

/** A schema with what it refers to in its place. */
export function followed(schema: JsonObject, definitions: Definitions): JsonObject {
  const name = nameOf(schema);
  if (name === undefined) return schema;
  const { $ref: _, ...own } = schema;
  return { ...definitions.get(name), ...own };
}
