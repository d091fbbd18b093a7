import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { asText, isObject } from '../../scripts/json/tree.ts';
import type { ObjectChange } from '../../scripts/review/compare.ts';
import type { Change } from '../../scripts/review/differences.ts';
import { identity, objectName } from '../../scripts/review/object-name.ts';
import { pathKey, type ElementStep, type Path } from '../../scripts/review/path.ts';

type Mutable = Record<string, Json> | Json[];

/** Makes the changes in a set of objects: what {@link compare} found, the other way round. */
export function patch(
  objects: readonly JsonObject[],
  changes: readonly ObjectChange[],
): readonly JsonObject[] {
  const patched = new Map(objects.map((object) => [identity(objectName(object)), structuredClone(object)]));
  const moved = changes.map((one) => {
    const key = identity(objectName(one.before ?? {}));
    const object = patched.get(key);
    patched.delete(key);
    return [one, object] as const;
  });
  for (const [{ object, changes: own }, before] of moved) {
    const whole = own.find(({ path }) => path.length === 0);
    if (whole?.kind === 'removed') continue;
    const after = whole?.after ?? before;
    if (!isObject(after)) throw new Error(`nothing to change: ${object.name}`);
    if (whole === undefined) patchObject(after, own);
    patched.set(identity(object), after);
  }
  return [...patched.values()];
}

function patchObject(object: Record<string, Json>, changes: readonly Change[]): void {
  const isElement = ({ path }: Change): boolean => typeof path.at(-2) === 'object';
  const names = changes.filter((change) => change.kind === 'renamed' && isElement(change));
  for (const change of names.toSorted((a, b) => a.path.length - b.path.length)) rename(object, change, names);
  for (const change of changes) if (!names.includes(change)) patchField(object, change);
}

/** Elements get their new names first: the paths of other changes have these. */
function rename(object: Record<string, Json>, { path, before }: Change, all: readonly Change[]): void {
  const key = path.at(-1);
  const step = path.at(-2) as ElementStep;
  const list = find(object, path.slice(0, -2)) as Json[];
  // A name of several keys may change in one of them after the other.
  const siblings = all.filter((one) => pathKey(one.path.slice(0, -1)) === pathKey(path.slice(0, -1)));
  const element = list.find(
    (one) =>
      step.where.every(([name, value]) => {
        const own = isObject(one) ? asText(one[name] ?? (name === 'protocol' ? 'TCP' : '')) : '';
        const was = siblings.find(({ path: other }) => other.at(-1) === name)?.before;
        return own === value || (was !== undefined && own === asText(was));
      }) &&
      isObject(one) &&
      asText(one[String(key)] ?? '') === asText(before ?? ''),
  ) as Record<string, Json> | undefined;
  if (element === undefined) throw new Error(`no element for ${pathKey(path)}`);
  const now = step.where.find(([name]) => name === key)?.[1] ?? '';
  element[String(key)] = typeof before === 'number' ? Number(now) : now;
}

function patchField(object: Record<string, Json>, { path, kind, after }: Change): void {
  const last = path.at(-1) ?? '';
  if (kind === 'moved') {
    const list = find(object, path) as Json[];
    const order = after as readonly string[];
    const rank = (one: Json): number => order.indexOf(isObject(one) ? asText(one['name']) : '');
    const kept = list.filter((one) => rank(one) >= 0).toSorted((a, b) => rank(a) - rank(b));
    for (const [i, one] of list.entries()) if (rank(one) >= 0) list[i] = kept.shift() ?? null;
  } else if (typeof last === 'object') {
    const list = find(object, path.slice(0, -1), []) as Json[];
    const at = list.findIndex((one) => matches(one, last));
    if (kind === 'removed') list.splice(at, 1);
    else list.splice(at < 0 ? list.length : at, at < 0 ? 0 : 1, structuredClone(after ?? null));
  } else {
    const map = find(object, path.slice(0, -1)) as Record<string, Json>;
    if (after === undefined) delete map[last];
    else map[last] = structuredClone(after);
  }
}

/** What is at a path; maps and lists on the way are made. */
function find(object: Record<string, Json>, path: Path, made: Mutable = {}): Mutable {
  let at: Mutable = object;
  for (const [i, step] of path.entries()) {
    if (typeof step === 'object') at = (at as Json[]).find((one) => matches(one, step)) as Mutable;
    else {
      const inner = typeof path[i + 1] === 'object' ? [] : i === path.length - 1 ? made : {};
      at = ((at as Record<string, Json>)[step] ??= inner) as Mutable;
    }
  }
  return at;
}

function matches(element: Json, { where }: ElementStep): boolean {
  return where.every(([key, value]) => {
    if (key === '') return element === value;
    return isObject(element) && asText(element[key] ?? (key === 'protocol' ? 'TCP' : '')) === value;
  });
}
