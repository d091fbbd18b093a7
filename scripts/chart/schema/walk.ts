import type { Json, JsonObject } from '../../json/json.ts';
import { isObject } from '../../json/tree.ts';

/*
 * The keywords of draft-07 that hold schemas (json-schema.org/draft-07/schema). All else in a
 * schema is data: a `$ref` in a default, an enum or a member that nobody knows is just a text.
 */
const HOLDS_ONE: ReadonlySet<string> = new Set([
  'additionalItems',
  'additionalProperties',
  'contains',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
]);
const HOLDS_LIST: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'items', 'oneOf']);
/** `$defs` is of later drafts, and a place to refer into in all of them. */
const HOLDS_NAMED: ReadonlySet<string> = new Set([
  '$defs',
  'definitions',
  'dependencies',
  'patternProperties',
  'properties',
]);

type Keys = readonly (string | number)[];

/** A schema inside another, or the outermost itself. */
export interface Subschema {
  /** From the outer schema, for example `['properties', 'a']`. */
  readonly keys: Keys;
  readonly schema: JsonObject | boolean;
}

/** Whether a member of a schema holds schemas. */
export function holdsSchemas(keyword: string): boolean {
  return HOLDS_ONE.has(keyword) || HOLDS_LIST.has(keyword) || HOLDS_NAMED.has(keyword);
}

/** A schema and all that is inside it, the outer before the inner. */
export function* schemasIn(schema: JsonObject | boolean, keys: Keys = []): Generator<Subschema, void> {
  yield { keys, schema };
  if (!isObject(schema)) return;
  for (const inner of subschemas(schema)) yield* schemasIn(inner.schema, [...keys, ...inner.keys]);
}

/** Every reference of a schema. */
export function refsIn(schema: Json): readonly string[] {
  if (!isObject(schema)) return [];
  return [...schemasIn(schema)].flatMap(({ schema: inner }) =>
    isObject(inner) && typeof inner['$ref'] === 'string' ? [inner['$ref']] : [],
  );
}

/** The schemas directly inside one. */
export function subschemas(schema: JsonObject): readonly Subschema[] {
  return Object.entries(schema).flatMap(([keyword, value]) =>
    held(keyword, value).flatMap(([keys, inner]) =>
      isObject(inner) || typeof inner === 'boolean' ? [{ keys: [keyword, ...keys], schema: inner }] : [],
    ),
  );
}

/** What a member holds in the places of schemas. */
function held(keyword: string, value: Json): readonly (readonly [Keys, Json])[] {
  if (HOLDS_LIST.has(keyword) && Array.isArray(value))
    return value.map((inner: Json, i) => [[i], inner] as const);
  if (HOLDS_ONE.has(keyword)) return [[[], value]];
  if (!HOLDS_NAMED.has(keyword) || !isObject(value)) return [];
  return Object.entries(value).map(([name, inner]) => [[name], inner] as const);
}
