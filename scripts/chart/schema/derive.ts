import type { Json, JsonObject } from '../../json/json.ts';
import { isObject } from '../../json/tree.ts';
import type { Definitions } from '../../kubernetes/schema.ts';
import { presetPaths } from '../../recipe/omissions.ts';
import type { Recipe } from '../../recipe/types.ts';
import { formSchema } from '../forms/forms.ts';
import { REGISTRY_PREFIX } from '../forms/image.ts';
import { admits, listed, typesOf } from './admits.ts';
import { lookupIn, refTo } from './definitions.ts';
import { describe } from './describe.ts';
import { elements } from './elements.ts';
import { omitting, openInside, orEmpty, orNull } from './empties.ts';
import type { Asked, Valued } from './fields.ts';
import { readable } from './readable.ts';

/** A value, or the values below one path. */
interface Branch {
  /** Of the value itself. */
  schema?: JsonObject;
  /** Whether a template cannot do without it. */
  isNeeded: boolean;
  /** Whether something below is read without asking whether this is there. */
  isRead: boolean;
  readonly below: Map<string, Branch>;
}

/** Helm hands `global` to every chart, and what is in it is the parent's affair. */
const GLOBAL = 'global';

/**
 * The schema of a chart's values: of each what its fields take by Kubernetes' own types, and what its
 * place and its form make of that.
 *
 * @param described the keys that the overlay describes below a path
 */
export function deriveSchema(
  { presets, entries }: Pick<Recipe, 'presets' | 'entries'>,
  values: readonly Valued[],
  described: (path: string) => readonly string[],
): JsonObject {
  const definitions: Definitions = new Map();
  const open = presetPaths(presets);
  const root = branch();
  root.isRead = true;
  put(root, GLOBAL, {
    schema: { description: 'What a parent chart hands to all its charts.', type: 'object' },
  });
  if (presets !== undefined) {
    const names = Object.keys(presets.options);
    const schema = { description: 'Which preset fills in what is left open.', type: 'string', enum: names };
    put(root, presets.path, { schema, isNeeded: true, isRead: true });
  }
  for (const entry of entries) {
    if (entry.form !== 'image') continue;
    for (const path of entry.registries ?? []) {
      definitions.set('image.prefix', orNull(REGISTRY_PREFIX));
      const description = `Registry, or a path in one, in place of ${entry.path}.registry.`;
      put(root, path, { schema: { description, ...refTo('image.prefix') } });
    }
  }
  for (const value of values) {
    const { path, place } = value.entry;
    const isOpen = open.has(path);
    const schema = valueSchema({ ...value, definitions, described: described(path) }, [...open]);
    put(root, path, {
      schema: { description: describe(value), ...schema },
      isNeeded: !isOpen && (place === 'replace' || place === 'document'),
      isRead: !isOpen,
    });
  }
  const whole = readableValues(emitted(root, false), definitions);
  return definitions.size === 0 ? whole : { ...whole, definitions: Object.fromEntries(definitions) };
}

/** All but what a parent chart hands on, of which nothing is said, and then the types that they refer to. */
function readableValues(whole: JsonObject, definitions: Definitions): JsonObject {
  const properties = Object.entries(isObject(whole['properties']) ? whole['properties'] : {});
  const own = properties.map(([key, value]): readonly [string, Json] => [
    key,
    key === GLOBAL || !isObject(value) ? value : readable(value, definitions),
  ]);
  for (const [name, schema] of definitions) definitions.set(name, readable(schema, definitions));
  return { ...whole, properties: Object.fromEntries(own) };
}

/** The schema of one value, with what is empty, left out or left open in it. */
function valueSchema(asked: Asked, open: readonly string[]): JsonObject {
  const { entry, definitions } = asked;
  const { place, omitEmpty } = entry;
  const own = written(asked);
  const pruned = omitEmpty === undefined ? own : omitting(own, omitEmpty, definitions);
  const filled = place === 'replace' && !open.includes(entry.path) ? pruned : orEmpty(pruned, definitions);
  return open
    .filter((path) => path === entry.path || path.startsWith(`${entry.path}.`))
    .reduce(
      (schema, path) => openInside(schema, path.split('.').slice(entry.path.split('.').length), definitions),
      filled,
    );
}

function written(asked: Asked): JsonObject {
  const { entry, upstream, chart, definitions } = asked;
  if (entry.place === 'document') return { type: 'boolean' };
  if (entry.place === 'each') return { type: 'array', items: elements(asked) };
  const schema = formSchema(asked);
  if (entry.place === 'append' || entry.place === 'merge') return schema;
  const whole = entry.place === 'drop' ? orEmpty(schema, definitions) : schema;
  if (admits(whole, upstream, lookupIn(definitions))) return schema;
  // What upstream has must be possible, be it wrong: a field of another version of Kubernetes.
  const types = [upstream, chart].flatMap((value) => typesOf(value).slice(0, 1));
  return { type: [...new Set(types)] };
}

function branch(): Branch {
  return { isNeeded: false, isRead: false, below: new Map() };
}

/** Puts a value into the tree; all above it is needed where it is read. */
function put(root: Branch, path: string, leaf: Partial<Branch>): void {
  let at = root;
  for (const key of path.split('.')) {
    const next = at.below.get(key) ?? branch();
    at.below.set(key, next);
    at.isRead ||= leaf.isRead ?? false;
    at = next;
  }
  Object.assign(at, { ...leaf, isRead: at.isRead || (leaf.isRead ?? false) });
}

function emitted(node: Branch, isFree: boolean): JsonObject {
  const { schema, below } = node;
  if (below.size === 0 && schema !== undefined) return schema;
  const own = schema ?? { type: 'object', ...(!isFree && { additionalProperties: false }) };
  const needed = [...below].filter(([, child]) => child.isNeeded || (isMap(child) && child.isRead));
  const required = [...new Set([...listed(own['required']), ...needed.map(([key]) => key)])];
  const properties = [...below].map(([key, child]): readonly [string, Json] => [
    key,
    emitted(child, isFree || key === GLOBAL),
  ]);
  const isOptional = schema === undefined && !node.isRead;
  return {
    ...(isOptional ? orNull(own) : own),
    ...(required.length > 0 && { required }),
    properties: {
      ...(isObject(own['properties']) && own['properties']),
      ...Object.fromEntries(properties),
    },
  };
}

function isMap({ below }: Branch): boolean {
  return below.size > 0;
}
