import type { Json, JsonObject } from '../json/json.ts';
import { equalJson, isObject, member } from '../json/tree.ts';
import { isOmitted, isServerDefault } from '../kubernetes/defaults.ts';
import { fieldAt } from '../kubernetes/field.ts';
import type { Field } from '../kubernetes/types.ts';
import { elementsOf, type Element } from './elements.ts';
import type { ObjectName } from './object-name.ts';
import type { ElementStep, Path } from './path.ts';
import { equalQuantity } from './quantity.ts';
import { renamed } from './similar.ts';

/** How a place differs. `renamed`: the name of something that is otherwise alike; `moved`: the order of elements. */
export type ChangeKind = 'added' | 'removed' | 'changed' | 'renamed' | 'moved';

/** A place that differs. No two changes of an object lie inside each other. */
export interface Change {
  /** Empty when the whole object is new or gone. */
  readonly path: Path;
  readonly kind: ChangeKind;
  /** Undefined of what is added. */
  readonly before: Json | undefined;
  /** Undefined of what is removed. */
  readonly after: Json | undefined;
}

/** Where in an object. */
interface Place {
  readonly object: ObjectName;
  /** What a server fills in where `right` has nothing is no difference. */
  readonly live: boolean;
  readonly path: Path;
  /** The path as the API server's types know it: any index for an element. */
  readonly raw: readonly (string | number)[];
}

function fieldOf({ object, raw }: Place): Field | undefined {
  const { apiVersion, kind } = object;
  // Whatever an object is, its metadata are those of all.
  return (
    fieldAt(apiVersion, kind, raw) ?? (raw[0] === 'metadata' ? fieldAt('v1', 'ConfigMap', raw) : undefined)
  );
}

/**
 * What differs at a place and below it, by what Kubernetes knows of the field.
 *
 * @param left undefined where the one side has nothing
 */
export function differences(
  left: Json | undefined,
  right: Json | undefined,
  place: Place,
): readonly Change[] {
  if (equalJson(left, right)) return [];
  const field = fieldOf(place);
  // To Kubernetes a field that is null is not there; what a custom resource means by it, it knows alone.
  const [before, after] = field === undefined ? [left, right] : [left ?? undefined, right ?? undefined];
  if (before === undefined && after === undefined) return [];
  if (field?.type.startsWith('map[string]') === true && isMapOrNone(before) && isMapOrNone(after))
    return members(before ?? {}, after ?? {}, place);
  if (isObject(before) && isObject(after)) return members(before, after, place);
  if (isList(before, field) && isList(after, field)) {
    const [old, now] = [elementsOf(before ?? [], field), elementsOf(after ?? [], field)];
    if (old !== undefined && now !== undefined) return elements(old, now, field, place);
  }
  if (place.live && isSameButDefaults(before, after, place)) return [];
  if (field?.type === 'quantity' && equalQuantity(before, after)) return [];
  if (after === undefined && place.live && before !== undefined && isFilledIn(place, before)) return [];
  if (place.live && before === undefined && after !== undefined && isLeftOut(place, field, after)) return [];
  const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  return [{ path: place.path, kind, before, after }];
}

/** A map that is not there has no keys; so it is with lists whose elements have keys. */
function isMapOrNone(value: Json | undefined): value is JsonObject | undefined {
  return value === undefined || isObject(value);
}

function isList(value: Json | undefined, field: Field | undefined): value is readonly Json[] | undefined {
  if (Array.isArray(value)) return true;
  return value === undefined && (field?.keys !== undefined || field?.set === true);
}

function members(before: JsonObject, after: JsonObject, place: Place): readonly Change[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    differences(member(before, key), member(after, key), {
      ...place,
      path: [...place.path, key],
      raw: [...place.raw, key],
    }),
  );
}

function elements(
  before: ReadonlyMap<string, Element>,
  after: ReadonlyMap<string, Element>,
  field: Field | undefined,
  place: Place,
): readonly Change[] {
  const only = (from: ReadonlyMap<string, Element>, other: ReadonlyMap<string, Element>) =>
    [...from].filter(([key]) => !other.has(key)).map(([, element]) => unpaired(element));
  const old = new Map(
    renamed(only(before, after), only(after, before)).map(([a, b]) => [b.element, a.element]),
  );
  const partner = new Map([...after].map(([key, element]) => [element, before.get(key) ?? old.get(element)]));
  const kept = new Set(partner.values());
  const at = (step: ElementStep): Place => ({
    ...place,
    path: [...place.path, step],
    raw: [...place.raw, 0],
  });
  return [
    ...order(before, partner, field, place),
    ...[...partner].flatMap(([element, was]) => {
      const found = differences(was?.value, element.value, at(element.step));
      return old.has(element) ? found.map((change) => named(change, element.step, place)) : found;
    }),
    ...[...before.values()]
      .filter((element) => !kept.has(element))
      .flatMap(({ step, value }) => differences(value, undefined, at(step))),
  ];
}

function unpaired(element: Element) {
  const { value, step } = element;
  if (!isObject(value)) return { group: 'scalar', alias: '', content: null, element };
  const keys = new Set(step.where.map(([key]) => key));
  const content = Object.fromEntries(Object.entries(value).filter(([key]) => !keys.has(key)));
  const name = keys.has('name') ? undefined : member(value, 'name');
  return { group: 'map', alias: typeof name === 'string' ? name : '', content, element };
}

/** The key of an element that has another now is its name. */
function named(change: Change, { where }: ElementStep, { path }: Place): Change {
  const isKey = change.path.length === path.length + 2 && where.some(([key]) => key === change.path.at(-1));
  return isKey ? { ...change, kind: 'renamed' } : change;
}

/**
 * Another order of elements that are on both sides. It means nothing where Kubernetes tells
 * elements apart by keys, but in a template: pods of another order are other pods, which take the place of
 * those that run, init containers run one after the other, and a variable knows those in front of it.
 */
function order(
  before: ReadonlyMap<string, Element>,
  partner: ReadonlyMap<Element, Element | undefined>,
  field: Field | undefined,
  { path }: Place,
): readonly Change[] {
  const isPods = path[0] === 'spec' && (path[1] === 'template' || path[1] === 'jobTemplate');
  const isMeant = (field?.keys === undefined && field?.set !== true) || isPods;
  if (!isMeant) return [];
  const now = [...partner].filter(([, was]) => was !== undefined);
  const olds = new Set(now.map(([, was]) => was));
  const earlier = [...before.values()].filter((element) => olds.has(element));
  if (now.every(([, was], i) => was === earlier[i])) return [];
  const current = new Map(now.map(([element, was]) => [was, element]));
  const names = (list: readonly (Element | undefined)[]): readonly string[] =>
    list.map((element) => (element?.step.where ?? []).map(([, value]) => value).join(','));
  return [
    {
      path,
      kind: 'moved',
      before: names(earlier.map((element) => current.get(element))),
      after: names(now.map(([element]) => element)),
    },
  ];
}

/** What a server does not give back, because to it that is nothing. */
function isLeftOut({ raw }: Place, field: Field | undefined, value: Json): boolean {
  const key = raw.at(-1);
  return field !== undefined && typeof key === 'string' && isOmitted(key, value);
}

/** A list that is only replaced whole, into whose elements a server filled in what they left open. */
function isSameButDefaults(before: Json | undefined, after: Json | undefined, place: Place): boolean {
  if (!Array.isArray(before) || !Array.isArray(after) || before.length !== after.length) return false;
  return before.every((item: Json, i) => {
    const at = { ...place, raw: [...place.raw, i] };
    return differences(item, after[i] as Json, at).length === 0;
  });
}

/** What a server writes into a field that nobody set. */
function isFilledIn({ object, raw }: Place, value: Json): boolean {
  const key = raw.at(-1);
  const above = fieldAt(object.apiVersion, object.kind, raw.slice(0, -1));
  return typeof key === 'string' && above !== undefined && isServerDefault(above.type, key, value);
}
