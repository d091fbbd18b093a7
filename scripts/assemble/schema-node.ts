import { ChartError } from '../errors.ts';
import type { Json, JsonObject } from '../parse/manifest.ts';
import { isObject } from '../templatize/tree.ts';

/** A property of the bundled schema as documentation needs it. */
export interface SchemaNode {
  /** The schema with local references followed; what stands beside a `$ref` wins. */
  readonly schema: JsonObject;
  readonly description: string;
  /** For example `string`, `object`, `list`. */
  readonly type: string;
  /** Declared properties in the author's order; empty for leaves and free maps. */
  readonly properties: ReadonlyMap<string, SchemaNode>;
  /** Of a list of objects: the keys that its elements may have, in the author's order. */
  readonly elementKeys: readonly string[];
}

const FRIENDLY_TYPES: Readonly<Record<string, string>> = { array: 'list', boolean: 'bool', integer: 'int' };

/** Reads a bundled schema as a tree of documented properties. */
export function schemaTree(root: JsonObject): SchemaNode {
  return nodeOf(root, root);
}

function nodeOf(raw: JsonObject, root: JsonObject): SchemaNode {
  const schema = resolve(raw, root);
  const properties = isObject(schema['properties']) ? Object.entries(schema['properties']) : [];
  const items = isObject(schema['items']) ? resolve(schema['items'], root) : {};
  return {
    schema,
    description: typeof schema['description'] === 'string' ? schema['description'] : '',
    type: typeOf(schema, root),
    elementKeys: isObject(items['properties']) ? Object.keys(items['properties']) : [],
    properties: new Map(
      properties.flatMap(([key, value]) => (isObject(value) ? [[key, nodeOf(value, root)] as const] : [])),
    ),
  };
}

/** Follows `$ref`s of the form `#/a/b`; the outermost description and default stay. */
function resolve(schema: JsonObject, root: JsonObject): JsonObject {
  const { $ref, ...own } = schema;
  if (typeof $ref !== 'string') return schema;
  const target = $ref
    .split('/')
    .slice(1)
    .reduce<Json | undefined>((at, key) => (isObject(at) ? at[key] : undefined), root);
  if (!isObject(target)) throw new ChartError('SCHEMA_INVALID', `Reference ${$ref} leads nowhere`);
  return { ...resolve(target, root), ...own };
}

function typeOf(schema: JsonObject, root: JsonObject): string {
  const { type } = schema;
  if (typeof type === 'string') return FRIENDLY_TYPES[type] ?? type;
  if (Array.isArray(type))
    return type.map((name) => FRIENDLY_TYPES[String(name)] ?? String(name)).join(' or ');
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => {
    const list = schema[keyword];
    return Array.isArray(list) ? list.filter(isObject).map((part) => typeOf(resolve(part, root), root)) : [];
  });
  return [...new Set(parts.filter((part) => part !== ''))].join(' or ');
}
