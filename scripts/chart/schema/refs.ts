import { ChartError } from '../../errors.ts';
import type { JsonObject } from '../../json/json.ts';
import { isObject } from '../../json/tree.ts';
import { ANNOTATIONS } from './implies.ts';
import { pointerKeys, pointerOf } from './pointer.ts';
import { schemasIn, subschemas } from './walk.ts';

/** Where the fragments of the schema stand in a chart project. */
export const FRAGMENTS = 'templates/schema/';

/** The one draft that Helm 3 and Helm 4 read alike. */
export const DRAFT = 'http://json-schema.org/draft-07/schema#';

/**
 * Keywords that change what a reference means, or are references of another draft. Measured:
 * Helm 4 asks the network for a `$dynamicRef` or `$recursiveRef` and for the schema that a
 * `$schema` names, wherever it stands; both Helms do for a `$ref` below an `$id`.
 */
const FOREIGN: Readonly<Record<string, string>> = {
  $anchor: 'a later draft',
  $dynamicAnchor: 'a later draft',
  $dynamicRef: 'a later draft',
  $recursiveAnchor: 'a later draft',
  $recursiveRef: 'a later draft',
  $vocabulary: 'a later draft',
  $id: 'an address, which every reference below it would be relative to',
  id: 'an address of draft-04, which Helm 3 takes every reference below it to be relative to',
};

/** What may stand beside a `$ref`: draft-07 ignores all else there. */
const BESIDE_REF: ReadonlySet<string> = new Set([...ANNOTATIONS, '$defs', '$ref', '$schema']);

/** A schema with its file, and how messages and the walk name it: `FILE#/pointer`. */
interface Spot {
  readonly file: string;
  readonly name: string;
  readonly schema: JsonObject | boolean;
}

/**
 * Refuses a schema that refers to anything but itself and its fragments, that is not draft-07
 * wherever it says what it is, or whose references go round in a circle: Helm would ask the
 * network or the user's disk at every install, or end in a stack overflow (Helm 3).
 *
 * @param documents the schema and its fragments by relative path
 * @throws SCHEMA_INVALID with file and JSON pointer
 */
export function refuseForeignRefs(documents: ReadonlyMap<string, JsonObject>): void {
  const spots = new Map<string, Spot>();
  for (const [file, document] of documents) {
    for (const { keys, schema } of schemasIn(document)) {
      const name = `${file}#${pointerOf(keys)}`;
      if (isObject(schema)) refuseForeignKeywords(schema, name);
      spots.set(name, { file, name, schema });
    }
  }
  const settled = new Set<string>();
  for (const spot of spots.values()) refuseLoop(spot, [], { documents, spots, settled });
}

function refuseForeignKeywords(schema: JsonObject, name: string): void {
  const refuse = (what: string, hint: string): never => {
    throw new ChartError('SCHEMA_INVALID', `${name} ${what}`, { hint });
  };
  const { $schema = DRAFT, $ref } = schema;
  if (typeof $schema !== 'string' || $schema.replace(/#$/, '') !== DRAFT.slice(0, -1))
    refuse(`has the $schema ${JSON.stringify($schema)}`, `Charts are checked by draft-07: write ${DRAFT}`);
  // A member of that name that is no string is no keyword to any reader.
  const foreign = Object.keys(FOREIGN).find((key) =>
    key.startsWith('$') ? Object.hasOwn(schema, key) : typeof schema[key] === 'string',
  );
  if (foreign !== undefined)
    refuse(`has ${foreign}: ${FOREIGN[foreign]}`, 'Drop it, and refer by $ref and #/definitions.');
  if (!Object.hasOwn(schema, '$ref')) return;
  if (typeof $ref !== 'string')
    refuse(`has a $ref that is no string`, 'Refer to #/definitions/NAME or to a fragment.');
  const beside = Object.keys(schema).find((key) => !BESIDE_REF.has(key));
  if (beside !== undefined)
    refuse(`has ${beside} beside its $ref, where draft-07 ignores it`, 'Put both into an allOf.');
}

/** All that a walk along references needs. */
interface Walk {
  readonly documents: ReadonlyMap<string, JsonObject>;
  readonly spots: ReadonlyMap<string, Spot>;
  /** Names of schemas that lead into no circle. */
  readonly settled: Set<string>;
}

/** Longer chains of references overflow what reads them. */
const LONGEST_TRAIL = 256;

/** Follows what is checked on the same value: a circle there never comes to an end. */
function refuseLoop(spot: Spot, trail: readonly string[], walk: Walk): void {
  const { name } = spot;
  if (walk.settled.has(name)) return;
  if (trail.includes(name) || trail.length > LONGEST_TRAIL) {
    const [how, shown] = trail.includes(name)
      ? ['refers to itself', trail.slice(trail.indexOf(name))]
      : [`leads through more than ${LONGEST_TRAIL} schemas of the same value`, trail.slice(0, 3)];
    throw new ChartError('SCHEMA_INVALID', `${name} ${how}: ${[...shown, name].join(' → ')}`, {
      hint: 'A reference may come back to its schema only below properties, items or their like.',
    });
  }
  for (const next of onSameValue(spot, walk)) refuseLoop(next, [...trail, name], walk);
  walk.settled.add(name);
}

const SAME_VALUE: ReadonlySet<string | number> = new Set([
  'allOf',
  'anyOf',
  'dependencies',
  'else',
  'if',
  'not',
  'oneOf',
  'then',
]);

function onSameValue(spot: Spot, walk: Walk): readonly Spot[] {
  const { schema, file, name } = spot;
  if (!isObject(schema)) return [];
  if (typeof schema['$ref'] === 'string') return [targetOf(schema['$ref'], file, walk)];
  return subschemas(schema)
    .filter(({ keys }) => SAME_VALUE.has(keys[0] ?? ''))
    .flatMap(({ keys }) => walk.spots.get(name + pointerOf(keys)) ?? []);
}

/** A file that is named relative to another. */
function besides(file: string, path: string): string {
  const parts: string[] = file.split('/').slice(0, -1);
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

/** File and pointer that a reference in a file means. */
export function fragmentOf(ref: string, file: string): { readonly file: string; readonly pointer: string } {
  const [path = '', pointer = ''] = ref.split('#');
  return { file: path === '' ? file : path.startsWith('/') ? path : besides(file, path), pointer };
}

/** The schema that a reference means; it must be one of the documents. */
function targetOf(ref: string, from: string, { documents, spots }: Walk): Spot {
  const { file: target, pointer } = fragmentOf(ref, from);
  if (!documents.has(target)) {
    throw new ChartError('SCHEMA_INVALID', `${from} refers to ${ref}, which is not a file of ${FRAGMENTS}`);
  }
  const keys = pointerKeys(pointer);
  const spot = keys && spots.get(`${target}#${pointerOf(keys)}`);
  if (spot !== undefined) return spot;
  throw new ChartError('SCHEMA_INVALID', `${from} refers to ${ref}, and there is no schema at ${pointer}`);
}
