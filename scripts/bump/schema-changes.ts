import { listed, type Lookup } from '../chart/schema/admits.ts';
import { ANNOTATIONS, hasType, implies, only, propertiesOf } from '../chart/schema/implies.ts';
import { friendly } from '../chart/schema/node.ts';
import { follow } from '../chart/schema/pointer.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { equalJson, isObject, member } from '../json/tree.ts';
import type { Level, Reason } from './reason.ts';

/** Where in both schemas. */
interface Place {
  /** Of the value; '' of all values. */
  readonly path: string;
  /** Whether the chart's defaults are filled in: not inside a list or a free map. */
  readonly isFilled: boolean;
  readonly lookup: Lookup;
  /** The pairs of references that lead to here: a type that holds itself would never end. */
  readonly trail: readonly string[];
}

/** In front of the older schema's references, while both are looked at. */
const OLDER = 'older';

/** What a newer schema of the values takes and no longer takes, value by value. */
export function schemaChanges(old: JsonObject, now: JsonObject): readonly Reason[] {
  const older = marked(old) as JsonObject; // marked keeps what is a map
  const lookup: Lookup = (ref) =>
    ref.startsWith(OLDER) ? follow(ref.slice(OLDER.length), older) : follow(ref, now);
  return changes(older, now, { path: '', isFilled: true, lookup, trail: [] });
}

function marked(schema: Json): Json {
  if (Array.isArray(schema)) return (schema as readonly Json[]).map(marked);
  if (!isObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string' ? OLDER + value : marked(value),
    ]),
  );
}

function changes(old: Json, now: Json, place: Place): readonly Reason[] {
  const { path, isFilled, lookup, trail } = place;
  const step = JSON.stringify([refOf(old), refOf(now)]);
  if (trail.includes(step)) return [];
  const [before, after] = [followed(old, lookup), followed(now, lookup)];
  if (!isObject(before) || !isObject(after)) return implies(before, after, lookup) ? [] : [less(path)];
  const [ours, theirs] = [propertiesOf(before), propertiesOf(after)];
  const fresh = Object.keys(theirs).filter((key) => !Object.hasOwn(ours, key));
  const others = after['additionalProperties'] ?? true;
  const gone = Object.keys(ours).filter(
    (key) => !Object.hasOwn(theirs, key) && !implies(ours[key] ?? true, others, lookup),
  );
  // Nobody has set yet what is new, and the chart's default is there for who does not.
  const apart = isFilled ? [...gone, ...fresh] : gone;
  return [
    ...gone.map((key) => reason('major', `the value ${below(path, key)} is gone`)),
    ...ownChanges(shapeOf(before, after, apart), shapeOf(after, before, apart), place),
    ...membersOf(before, after, place).flatMap(([one, other, at]) =>
      changes(one, other, { ...at, trail: step === NO_REFS ? trail : [...trail, step] }),
    ),
    ...fresh.map((key) => reason('minor', `the value ${below(path, key)} is new`)),
  ];
}

/** A schema without what is told of its members one by one. */
function shapeOf(schema: JsonObject, other: JsonObject, apart: readonly string[]): JsonObject {
  const shared = Object.keys(propertiesOf(schema)).filter((key) => Object.hasOwn(propertiesOf(other), key));
  const inBoth = BELOW.filter((keyword) => isObject(schema[keyword]) && isObject(other[keyword]));
  const { required } = schema;
  return {
    ...schema,
    ...(schema['properties'] !== undefined && {
      properties: Object.fromEntries(shared.map((key) => [key, true])),
    }),
    ...(required !== undefined && {
      required: listed(required).filter((key) => !apart.includes(String(key))),
    }),
    ...Object.fromEntries(inBoth.map((keyword) => [keyword, true])),
  };
}

const BELOW = ['items', 'additionalProperties'] as const;

function ownChanges(before: JsonObject, after: JsonObject, place: Place): readonly Reason[] {
  const { path, lookup } = place;
  if (!implies(before, after, lookup)) {
    const found = refusals(before, after, place);
    return found.length > 0 ? found : [less(path)];
  }
  return implies(after, before, lookup) ? [] : [reason('minor', `${called(path)} takes more`)];
}

/** What one keyword of the newer schema refuses, each said as a person says it. */
function refusals(before: JsonObject, after: JsonObject, { path, lookup }: Place): readonly Reason[] {
  const major = (words: string): Reason => reason('major', `${called(path)} ${words}`);
  return Object.entries(after).flatMap(([keyword, wanted]): readonly Reason[] => {
    if (ANNOTATIONS.has(keyword) || implies(before, only(after, keyword), lookup)) return [];
    const own = listed(before[keyword]);
    switch (keyword) {
      case 'type': {
        const types = (list: readonly Json[]): string =>
          list.map((type) => friendly(String(type))).join(', ');
        const gone = own.filter((type) => !hasType(wanted, type));
        return [major(gone.length === 0 ? `takes only ${types(listed(wanted))}` : noMore(types(gone)))];
      }
      case 'enum': {
        const gone = own.filter((value) => !listed(wanted).some((one) => equalJson(one, value)));
        return [major(gone.length === 0 ? `takes only ${said(listed(wanted))}` : noMore(said(gone)))];
      }
      case 'required': {
        const needed = listed(wanted).filter((key) => !own.includes(key));
        return needed.map((key) => major(`needs ${said([key])}`));
      }
      case 'propertyNames': {
        // Loud, and of nobody who has not written upstream's own key before upstream did.
        const taken = reserved(wanted).filter((key) => !reserved(before[keyword]).includes(key));
        const text = `${called(path)} takes no more ${said(taken)}, which is upstream's now`;
        return taken.length === 0 ? [] : [reason('minor', text)];
      }
      case 'additionalProperties':
        return wanted === false && before[keyword] !== false ? [major('takes no other keys any more')] : [];
      default:
        return typeof wanted === 'object' ? [] : [major(`takes less: ${keyword} is ${String(wanted)}`)];
    }
  });
}

/** The keys that a map may not have, because upstream's fields have them. */
function reserved(names: Json | undefined): readonly Json[] {
  const { not } = isObject(names) ? names : {};
  return listed(isObject(not) ? not['enum'] : undefined);
}

/** What lies below, in both. */
function membersOf(
  before: JsonObject,
  after: JsonObject,
  { path, ...rest }: Place,
): readonly (readonly [before: Json, after: Json, place: Place])[] {
  const [ours, theirs] = [propertiesOf(before), propertiesOf(after)];
  const named = Object.entries(ours).flatMap(([key, schema]) => {
    const other = member(theirs, key);
    return other === undefined ? [] : [[schema, other, { ...rest, path: below(path, key) }] as const];
  });
  const free = BELOW.flatMap((keyword) => {
    const [one, other] = [before[keyword], after[keyword]];
    const at = { ...rest, path: keyword === 'items' ? `${path}[]` : below(path, '*'), isFilled: false };
    return isObject(one) && isObject(other) ? [[one, other, at] as const] : [];
  });
  return [...named, ...free];
}

function refOf(schema: Json): string {
  const ref = isObject(schema) ? schema['$ref'] : undefined;
  return typeof ref === 'string' ? ref : '';
}

const NO_REFS = JSON.stringify(['', '']);

function followed(schema: Json, lookup: Lookup): Json {
  const ref = refOf(schema);
  return ref === '' ? schema : followed(lookup(ref) ?? true, lookup);
}

function below(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function reason(level: Level, text: string): Reason {
  return { level, text };
}

function called(path: string): string {
  return path === '' ? 'the chart' : `the value ${path}`;
}

function less(path: string): Reason {
  return reason('major', `${called(path)} takes less`);
}

function noMore(what: string): string {
  return `takes no more ${what}`;
}

function said(values: readonly Json[]): string {
  return values.map((value) => JSON.stringify(value)).join(', ');
}
