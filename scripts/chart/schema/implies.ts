import type { Json, JsonObject } from '../../json/json.ts';
import { equalJson, isObject, member } from '../../json/tree.ts';
import { admits, listed, type Lookup } from './admits.ts';
import { isReadable, TEXT } from './text.ts';

/** Keywords that say nothing of what is taken. */
export const ANNOTATIONS: ReadonlySet<string> = new Set([
  '$comment',
  'default',
  'definitions',
  'deprecated',
  'description',
  'examples',
  'readOnly',
  'title',
  'writeOnly',
]);

/** Keywords that mean something together only. */
const GROUPS: readonly (readonly string[])[] = [
  ['properties', 'patternProperties', 'additionalProperties'],
  ['items', 'additionalItems'],
  ['if', 'then', 'else'],
];

/** The one type that a keyword says something of. */
const SPEAKS_OF: Readonly<Record<string, string>> = {
  pattern: 'string',
  minLength: 'string',
  maxLength: 'string',
  items: 'array',
  minItems: 'array',
  maxItems: 'array',
  properties: 'object',
  additionalProperties: 'object',
  propertyNames: 'object',
  required: 'object',
  minProperties: 'object',
  maxProperties: 'object',
};

/** A keyword and those that it means something together with. */
export function groupOf(keyword: string): readonly string[] {
  return GROUPS.find((group) => group.includes(keyword)) ?? [keyword];
}

/**
 * Whether all that one schema takes is taken by another, as far as that can be told without trying
 * values: `false` means "not seen".
 *
 * @param pairs what is being asked already: a type that holds itself is asked of itself again
 */
export function implies(tight: Json, wide: Json, lookup: Lookup, pairs: readonly Pair[] = []): boolean {
  if (!isObject(wide)) return wide === true || tight === false;
  if (!isObject(tight)) return tight === false || Object.keys(wide).every((key) => ANNOTATIONS.has(key));
  if (pairs.some((pair) => pair.tight === tight && pair.wide === wide)) return true;
  const asked = [...pairs, { tight, wide }];
  if (typeof wide['$ref'] === 'string') return implies(tight, lookup(wide['$ref']) ?? true, lookup, asked);
  if (typeof tight['$ref'] === 'string') return implies(lookup(tight['$ref']) ?? true, wide, lookup, asked);
  return Object.keys(wide).every(
    (keyword) => ANNOTATIONS.has(keyword) || impliesKeyword(tight, keyword, wide, lookup, asked),
  );
}

interface Pair {
  readonly tight: JsonObject;
  readonly wide: JsonObject;
}

/** Whether a schema takes only what one keyword of another does, with those that belong to it. */
function impliesKeyword(
  tight: JsonObject,
  keyword: string,
  wide: JsonObject,
  lookup: Lookup,
  pairs: readonly Pair[],
): boolean {
  const again = (one: Json, other: Json): boolean => implies(one, other, lookup, pairs);
  const wanted = wide[keyword] ?? null;
  const own = tight[keyword];
  if (tight['$ref'] !== undefined) return again(tight, only(wide, keyword));
  if (equalJson(own, wanted) && groupOf(keyword).every((key) => equalJson(tight[key], wide[key])))
    return true;
  const speaksOf = member(SPEAKS_OF, keyword);
  const types = listed(tight['type']);
  if (speaksOf !== undefined && types.length > 0 && !types.includes(speaksOf)) return true;
  const values = tight['const'] === undefined ? tight['enum'] : [tight['const']];
  if (values !== undefined && listed(values).every((value) => admits(only(wide, keyword), value, lookup)))
    return true;
  if (listed(tight['allOf']).some((part) => again(part, only(wide, keyword)))) return true;
  for (const key of ['anyOf', 'oneOf']) {
    const parts = listed(tight[key]);
    if (parts.length > 0 && parts.every((part) => again(part, only(wide, keyword)))) return true;
  }
  switch (keyword) {
    case 'type':
      return own !== undefined && listed(own).every((type) => hasType(wanted, type));
    case 'required':
      return listed(wanted).every((key) => listed(own).includes(key));
    case 'minimum':
    case 'minLength':
    case 'minProperties':
    case 'minItems':
      return typeof own === 'number' && own >= Number(wanted);
    case 'maximum':
    case 'maxLength':
    case 'maxProperties':
    case 'maxItems':
      return typeof own === 'number' && own <= Number(wanted);
    case 'items':
      return own !== undefined && !Array.isArray(own) && again(own, wanted);
    case 'properties':
    case 'additionalProperties':
      return tight['patternProperties'] === undefined && impliesMembers(tight, keyword, wide, again);
    case 'pattern':
      return wanted === TEXT && typeof own === 'string' && isReadable(own);
    case 'propertyNames':
      if (tight['additionalProperties'] === false && tight['patternProperties'] === undefined)
        return Object.keys(propertiesOf(tight)).every((name) => admits(wanted, name, lookup));
      return isObject(own) && again(own, wanted);
    case 'not':
      // Only names that must not be are asked for.
      return isObject(own) && isObject(wanted) && again(wanted, own);
    case 'allOf':
      return listed(wanted).every((part) => again(tight, part));
    case 'anyOf':
      return listed(wanted).some((part) => again(tight, part));
    case 'if':
      return again(tight, wide['then'] ?? true) && again(tight, wide['else'] ?? true);
    case 'then':
    case 'else':
      return wide['if'] !== undefined;
    default:
      return false;
  }
}

/** A schema of one keyword and those that it means something together with. */
export function only(schema: JsonObject, keyword: string): JsonObject {
  return Object.fromEntries(
    groupOf(keyword).flatMap((key) => (schema[key] === undefined ? [] : [[key, schema[key]] as const])),
  );
}

function impliesMembers(
  tight: JsonObject,
  keyword: 'properties' | 'additionalProperties',
  wide: JsonObject,
  again: (one: Json, other: Json) => boolean,
): boolean {
  const ours = propertiesOf(tight);
  const theirs = propertiesOf(wide);
  const others = tight['additionalProperties'] ?? true;
  if (keyword === 'properties')
    return Object.entries(theirs).every(([key, schema]) => again(member(ours, key) ?? others, schema));
  const wanted = wide['additionalProperties'] ?? true;
  return (
    again(others, wanted) &&
    Object.entries(ours).every(([key, schema]) => Object.hasOwn(theirs, key) || again(schema, wanted))
  );
}

/** What a schema says of members by name. */
export function propertiesOf({ properties }: JsonObject): JsonObject {
  return isObject(properties) ? properties : {};
}

/** Whether a type is one of those that a schema names. */
export function hasType(types: Json, type: Json): boolean {
  const all = listed(types);
  return all.includes(type) || (type === 'integer' && all.includes('number'));
}
