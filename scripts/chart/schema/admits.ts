import type { Json, JsonObject } from '../../json/json.ts';
import { equalJson, isObject, member } from '../../json/tree.ts';

/** What a `$ref` leads to. */
export type Lookup = (ref: string) => Json | undefined;

type Check = (wanted: Json, value: Json, schema: JsonObject, lookup: Lookup) => boolean;

/**
 * Whether a derived schema takes a value: the keywords that are written here, and no others. A
 * compiler of whole schemas would take longer for each than the rest of a build.
 */
export function admits(schema: Json | undefined, value: Json, lookup: Lookup): boolean {
  if (!isObject(schema)) return schema !== false;
  if (typeof schema['$ref'] === 'string') return admits(lookup(schema['$ref']), value, lookup);
  return Object.entries(schema).every(
    ([keyword, wanted]) => member(CHECKS, keyword)?.(wanted, value, schema, lookup) ?? true,
  );
}

/** The types of JSON Schema that a value has. */
export function typesOf(value: Json): readonly string[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  if (typeof value !== 'number') return [typeof value];
  return Number.isInteger(value) ? ['integer', 'number'] : ['number'];
}

/** Whether two values are one type; a whole number is another than a fraction. */
export function isOneType(one: Json, other: Json): boolean {
  return typesOf(one)[0] === typesOf(other)[0];
}

/** A keyword of a schema as a list, where it may be one or several. */
export function listed(keyword: Json | undefined): readonly Json[] {
  if (keyword === undefined) return [];
  return Array.isArray(keyword) ? (keyword as readonly Json[]) : [keyword];
}

/** In code points, as JSON Schema counts. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

const CHECKS: Readonly<Record<string, Check>> = {
  type: (wanted, value) => typesOf(value).some((type) => listed(wanted).includes(type)),
  enum: (wanted, value) => listed(wanted).some((one) => equalJson(one, value)),
  const: equalJson,
  pattern: (wanted, value) => typeof value !== 'string' || new RegExp(String(wanted), 'u').test(value),
  minLength: (wanted, value) => typeof value !== 'string' || lengthOf(value) >= Number(wanted),
  maxLength: (wanted, value) => typeof value !== 'string' || lengthOf(value) <= Number(wanted),
  minimum: (wanted, value) => typeof value !== 'number' || value >= Number(wanted),
  maximum: (wanted, value) => typeof value !== 'number' || value <= Number(wanted),
  minProperties: (wanted, value) => !isObject(value) || Object.keys(value).length >= Number(wanted),
  maxProperties: (wanted, value) => !isObject(value) || Object.keys(value).length <= Number(wanted),
  required: (wanted, value) =>
    !isObject(value) || listed(wanted).every((key) => Object.hasOwn(value, String(key))),
  properties: (wanted, value, _, lookup) =>
    !isObject(value) ||
    !isObject(wanted) ||
    Object.entries(wanted).every(
      ([key, inner]) => !Object.hasOwn(value, key) || admits(inner, value[key] ?? null, lookup),
    ),
  additionalProperties: (wanted, value, { properties }, lookup) =>
    !isObject(value) ||
    Object.entries(value).every(
      ([key, inner]) =>
        (isObject(properties) && Object.hasOwn(properties, key)) || admits(wanted, inner, lookup),
    ),
  propertyNames: (wanted, value, _, lookup) =>
    !isObject(value) || Object.keys(value).every((key) => admits(wanted, key, lookup)),
  items: (wanted, value, _, lookup) =>
    !Array.isArray(value) || value.every((item) => admits(wanted, item as Json, lookup)),
  not: (wanted, value, _, lookup) => !admits(wanted, value, lookup),
  allOf: (wanted, value, _, lookup) => listed(wanted).every((one) => admits(one, value, lookup)),
  anyOf: (wanted, value, _, lookup) => listed(wanted).some((one) => admits(one, value, lookup)),
  if: (wanted, value, { then = true, else: otherwise = true }, lookup) =>
    admits(admits(wanted, value, lookup) ? then : otherwise, value, lookup),
};
