import { ChartError } from '../../errors.ts';
import type { JsonObject } from '../../json/json.ts';
import { isObject } from '../../json/tree.ts';
import { follow } from './pointer.ts';

/** A property of the self-contained schema as documentation needs it. */
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

/**
 * More values than any chart has by far (the largest known have some three thousand). Shared
 * definitions that refer to each other twice would else make a tree of millions.
 */
const MOST_NODES = 50_000;

/** What stays the same while a tree is made. */
interface Reading {
  readonly root: JsonObject;
  /** Nodes that may still be made. */
  left: number;
}

/**
 * Reads a self-contained schema as a tree of documented properties. Where a definition comes back to
 * itself, the tree ends: its properties are those of the value above.
 *
 * @throws SCHEMA_INVALID for a tree that nobody could read
 */
export function schemaTree(root: JsonObject): SchemaNode {
  return nodeOf(root, ['#'], { root, left: MOST_NODES });
}

/** @param open the references that lead to here */
function nodeOf(raw: JsonObject, open: readonly string[], reading: Reading): SchemaNode {
  spend(reading);
  const { schema, refs } = resolve(raw, reading.root);
  const items = isObject(schema['items']) ? resolve(schema['items'], reading.root).schema : {};
  const again = refs.some((ref) => open.includes(ref));
  const isOpen =
    !again && isObject(schema['properties']) && (refs.length === 0 || isTold(schema, reading.root));
  const properties = isOpen ? Object.entries(schema['properties'] as JsonObject) : [];
  const below = [...open, ...refs];
  return {
    schema,
    description: typeof schema['description'] === 'string' ? schema['description'] : '',
    type: typeOf(schema, reading),
    elementKeys: isObject(items['properties']) ? Object.keys(items['properties']) : [],
    properties: new Map(
      properties.flatMap(([key, value]) =>
        isObject(value) ? [[key, nodeOf(value, below, reading)] as const] : [],
      ),
    ),
  };
}

/** Whether a shared definition says something of its properties. Of Kubernetes' own types none does. */
export function isTold({ properties }: JsonObject, root: JsonObject): boolean {
  return (
    isObject(properties) &&
    Object.values(properties).some(
      (one) => isObject(one) && resolve(one, root).schema['description'] !== undefined,
    )
  );
}

function spend(reading: Reading): void {
  // oxlint-disable-next-line no-param-reassign -- a budget is there to be spent
  reading.left -= 1;
  if (reading.left >= 0) return;
  throw new ChartError('SCHEMA_INVALID', `The schema describes more than ${MOST_NODES} values`, {
    hint: 'Leave what is below some of them open: an object without properties.',
  });
}

/** A schema with its references followed, and which these were. */
interface Resolved {
  readonly schema: JsonObject;
  readonly refs: readonly string[];
}

/** Follows `$ref`s of the form `#/a/b`; the outermost description and default stay. */
function resolve(schema: JsonObject, root: JsonObject): Resolved {
  const { $ref, ...own } = schema;
  if (typeof $ref !== 'string') return { schema, refs: [] };
  const target = follow($ref, root);
  // A boolean is a schema, too, and has nothing to say.
  const inner = isObject(target) ? resolve(target, root) : { schema: {}, refs: [] };
  return { schema: { ...inner.schema, ...own }, refs: [$ref, ...inner.refs] };
}

function typeOf(schema: JsonObject, reading: Reading): string {
  spend(reading);
  const { type } = schema;
  if (typeof type === 'string') return friendly(type);
  if (Array.isArray(type)) return type.map((name) => friendly(String(name))).join(' or ');
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => {
    const list = schema[keyword];
    return Array.isArray(list)
      ? list.filter(isObject).map((part) => typeOf(resolve(part, reading.root).schema, reading))
      : [];
  });
  return [...new Set(parts.filter((part) => part !== ''))].join(' or ');
}

/** A type of JSON Schema as people say it. */
export function friendly(type: string): string {
  return FRIENDLY_TYPES[type] ?? type;
}
