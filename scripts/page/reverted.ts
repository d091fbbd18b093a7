import type { Json, JsonObject } from '../json/json.ts';
import { asText, isObject, listOf } from '../json/tree.ts';
import type { Change } from '../review/differences.ts';
import type { ElementStep, Step } from '../review/path.ts';

/**
 * An object as it was before changes: so both sides have one order of keys, and only what the review
 * tells differs, not what a server filled in or what is written otherwise and means the same. What has no place
 * any more, as an element that is gone, stands at the end.
 */
export function reverted(after: JsonObject, changes: readonly Change[]): JsonObject {
  // Names last: the other changes are found by the name of now.
  const ordered = changes.toSorted((a, b) => Number(a.kind === 'renamed') - Number(b.kind === 'renamed'));
  const object = ordered.reduce<Json>((at, change) => withValue(at, change.path, change), after);
  return isObject(object) ? object : after;
}

function withValue(at: Json | undefined, path: readonly Step[], change: Change): Json {
  const [step, ...rest] = path;
  if (step === undefined || change.kind === 'moved') return at ?? null;
  if (typeof step === 'string') return inMap(isObject(at) ? at : {}, step, rest, change);
  return inList(listOf(at), step, rest, change);
}

function inMap(map: JsonObject, key: string, rest: readonly Step[], change: Change): JsonObject {
  const value = rest.length > 0 ? withValue(map[key], rest, change) : change.before;
  // Who adds the first key or element adds the map or list.
  const isNone = value === undefined || (change.kind === 'added' && rest.length === 1 && isEmpty(value));
  if (!isNone) return { ...map, [key]: value };
  const { [key]: _gone, ...others } = map;
  return others;
}

function inList(
  list: readonly Json[],
  step: ElementStep,
  rest: readonly Step[],
  change: Change,
): readonly Json[] {
  const index = list.findIndex((element) => isElement(element, step));
  const { before } = change;
  if (index < 0) return rest.length === 0 && before !== undefined ? [...list, before] : list;
  if (rest.length > 0) return list.with(index, withValue(list[index], rest, change));
  return before === undefined ? list.toSpliced(index, 1) : list.with(index, before);
}

function isEmpty(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** Whether an element has these keys; the key '' is that of a scalar. */
function isElement(element: Json, { where }: ElementStep): boolean {
  return where.every(([key, value]) => {
    if (key === '') return asText(element) === value;
    const own = isObject(element) ? element[key] : undefined;
    // A key that an element leaves out has the server's default.
    return own === undefined ? value === '' || value === 'TCP' : asText(own) === value;
  });
}
