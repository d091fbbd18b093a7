import { Ajv, type ValidateFunction } from 'ajv';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { isObject } from '../../scripts/json/tree.ts';
import { mergeValues } from '../../scripts/json/merge-values.ts';
import { both, shapeOf } from './schema-shape.ts';
import { anyString, matching, numberFor } from './schema-scalars.ts';

/** What a node is drawn with. */
interface Context {
  readonly root: JsonObject;
  readonly ajv: Ajv;
  /** By the text of their schema. */
  readonly judges: Map<string, ValidateFunction>;
}

/**
 * Values as a user writes them: only some keys, and null to drop a default. Merged into
 * the defaults they are what the schema accepts. Recursive schemas are not supported.
 *
 * @param schema a self-contained draft-07 schema
 * @param defaults the chart's own values; without them every required key is drawn
 */
export function valuesArbitrary(schema: JsonObject, defaults: JsonObject = {}): fc.Arbitrary<JsonObject> {
  const key = JSON.stringify([schema, defaults]);
  const made = known.get(key) ?? makeArbitrary(schema, defaults);
  known.set(key, made);
  return made;
}

/** By schema and defaults: hundreds of schemas are compiled for one, which takes seconds. */
const known = new Map<string, fc.Arbitrary<JsonObject>>();

function makeArbitrary(schema: JsonObject, defaults: JsonObject): fc.Arbitrary<JsonObject> {
  const root = withoutDefaults(schema);
  const ajv = new Ajv({ strict: false });
  ajv.addSchema(root, 'values');
  const whole = absolute(root) as JsonObject;
  const values = draw(whole, defaults, { root: whole, ajv, judges: new Map() });
  if (values === undefined) throw new Error('The schema accepts nothing');
  return values as fc.Arbitrary<JsonObject>;
}

/** `default` says nothing about what is accepted, and its objects look like schemas. */
function withoutDefaults(schema: JsonObject): JsonObject {
  const { default: _, properties, ...rest } = schema;
  if (!isObject(properties)) return rest;
  const inner = Object.entries(properties).map(([key, value]): readonly [string, Json] => [
    key,
    isObject(value) ? withoutDefaults(value) : value,
  ]);
  return { ...rest, properties: Object.fromEntries(inner) };
}

/** References that also a schema taken out of its place can follow. */
function absolute(node: Json): Json {
  if (Array.isArray(node)) return node.map((item: Json) => absolute(item));
  if (!isObject(node)) return node;
  const entries = Object.entries(node).map(([key, value]): readonly [string, Json] => [
    key,
    key === '$ref' && typeof value === 'string' && value.startsWith('#') ? `values${value}` : absolute(value),
  ]);
  return Object.fromEntries(entries);
}

/** What a schema accepts; undefined when plainly nothing, as for an empty enum. */
type Drawn<T extends Json = Json> = fc.Arbitrary<T> | undefined;

function draw(schema: JsonObject, defaults: Json | undefined, context: Context): Drawn {
  const { base, choices } = shapeOf(schema, context.root);
  const [first, ...rest] = choices;
  const drawn =
    first === undefined
      ? plain(base, defaults, context)
      : oneOf(first.map((branch) => draw(withChoices(both(base, branch), rest), defaults, context)));
  const accepts = judge(schema, context);
  return drawn?.filter((value) => accepts(overDefaults(defaults, value)));
}

function oneOf(options: readonly Drawn[]): Drawn {
  const possible = options.filter((option) => option !== undefined);
  return possible.length === 0 ? undefined : fc.oneof(...possible);
}

function withChoices(schema: JsonObject, rest: readonly (readonly JsonObject[])[]): JsonObject {
  const allOf = rest.map((anyOf): JsonObject => ({ anyOf }));
  return rest.length === 0 ? schema : { allOf: [schema, ...allOf] };
}

/** What the chart sees of a user's value. */
function overDefaults(defaults: Json | undefined, own: Json): Json {
  return isObject(own) ? mergeValues(isObject(defaults) ? defaults : {}, own) : own;
}

/** Compiles at the first use: most schemas are small, but there are hundreds, many of them alike. */
function judge(schema: JsonObject, { ajv, judges }: Context): (value: Json) => boolean {
  const text = JSON.stringify(schema);
  return (value) => {
    const validate = judges.get(text) ?? ajv.compile(schema);
    judges.set(text, validate);
    return validate(value);
  };
}

function plain(schema: JsonObject, defaults: Json | undefined, context: Context): Drawn {
  const options = schema['enum'];
  if (Array.isArray(options))
    return options.length === 0 ? undefined : fc.constantFrom(...(options as readonly Json[]));
  const { type } = schema;
  const types =
    typeof type === 'string' ? [type] : Array.isArray(type) ? type.map(String) : guessTypes(schema);
  return oneOf(types.map((name) => ofType(name, schema, defaults, context)));
}

const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  object: ['properties', 'required', 'propertyNames'],
  array: ['items', 'minItems'],
  string: ['pattern', 'maxLength'],
  number: ['minimum', 'maximum'],
};

/** The one type that the keywords speak of; one that speaks of several says something of any value. */
function guessTypes(schema: JsonObject): readonly string[] {
  const types = Object.keys(KEYWORDS).filter((type) => KEYWORDS[type]?.some((keyword) => keyword in schema));
  return types.length === 1 ? types : ['any'];
}

function ofType(type: string, schema: JsonObject, defaults: Json | undefined, context: Context): Drawn {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return numberFor(schema, type);
    case 'string':
      return stringFor(schema);
    case 'array':
      return arrayFor(schema, context);
    case 'object':
      return objectFor(schema, isObject(defaults) ? defaults : {}, context);
    default:
      return fc.jsonValue({ depthSize: 'small', stringUnit: 'grapheme' }) as fc.Arbitrary<Json>;
  }
}

function stringFor({ pattern, minLength, maxLength }: JsonObject): fc.Arbitrary<string> {
  const bounds = { min: Number(minLength ?? 0), max: Number(maxLength ?? 1024) };
  return typeof pattern === 'string' ? matching(pattern, bounds) : anyString(bounds);
}

function arrayFor({ items, minItems, maxItems, uniqueItems }: JsonObject, context: Context): Drawn {
  const minLength = Number(minItems ?? 0);
  const bounds = { minLength, maxLength: Number(maxItems ?? Math.max(3, minLength)) };
  if (bounds.minLength > bounds.maxLength) return undefined;
  const item = draw(isObject(items) ? items : {}, undefined, context);
  if (item === undefined) return minLength > 0 ? undefined : fc.constant([]);
  if (uniqueItems === true) return fc.uniqueArray(item, { ...bounds, selector: (it) => JSON.stringify(it) });
  return fc.array(item, bounds);
}

function objectFor(schema: JsonObject, defaults: JsonObject, context: Context): Drawn<JsonObject> {
  const { properties, additionalProperties } = schema;
  if (!isObject(properties) || Object.keys(properties).length === 0) return mapFor(schema, context);
  const declared = declaredFor(schema, properties, defaults, context);
  if (additionalProperties === false) return declared;
  const extra = mapFor(schema, context);
  return declared && extra && fc.tuple(extra, declared).map(([more, own]) => ({ ...more, ...own }));
}

/** An object of declared properties only. */
function declaredFor(
  { required, minProperties = 0, maxProperties }: JsonObject,
  properties: JsonObject,
  defaults: JsonObject,
  context: Context,
): Drawn<JsonObject> {
  const must = Array.isArray(required) ? required.map(String) : [];
  const fields = new Map(
    Object.entries(properties).flatMap(([key, property]): [string, fc.Arbitrary<Json>][] => {
      const value = isObject(property) ? draw(property, defaults[key], context) : undefined;
      if (value === undefined) return [];
      const dropped = key in defaults && !must.includes(key);
      return [[key, dropped ? fc.oneof({ weight: 7, arbitrary: value }, fc.constant(null)) : value]];
    }),
  );
  const needed = must.filter((key) => !(key in defaults));
  const optional = [...fields.keys()].filter((key) => !needed.includes(key));
  const bounds = {
    minLength: Math.max(0, Number(minProperties) - needed.length),
    maxLength: Math.min(optional.length, Number(maxProperties ?? Infinity) - needed.length),
  };
  if (bounds.minLength > bounds.maxLength || needed.some((key) => !fields.has(key))) return undefined;
  const every = Object.fromEntries(fields);
  if (bounds.minLength === 0 && bounds.maxLength === optional.length)
    return fc.record(every, { requiredKeys: needed, noNullPrototype: true });
  return fc.subarray(optional, bounds).chain((keys) => {
    const chosen = [...fields].filter(([key]) => needed.includes(key) || keys.includes(key));
    return fc.record(Object.fromEntries(chosen), { noNullPrototype: true });
  });
}

/** An object of properties that are not declared: any names, or those that `propertyNames` allows. */
function mapFor(schema: JsonObject, context: Context): Drawn<JsonObject> {
  const { propertyNames = {}, additionalProperties = {}, minProperties = 0, maxProperties = 4 } = schema;
  const name = draw({ allOf: [{ type: 'string' }, propertyNames] }, undefined, context);
  const value = isObject(additionalProperties) ? draw(additionalProperties, undefined, context) : undefined;
  if (name === undefined || value === undefined) return fc.constant({});
  return fc.dictionary(name as fc.Arbitrary<string>, value, {
    minKeys: Number(minProperties),
    maxKeys: Number(maxProperties),
    noNullPrototype: true,
  });
}
