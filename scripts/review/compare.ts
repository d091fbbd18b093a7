import { wanted } from '../kubernetes/wanted.ts';
import type { JsonObject } from '../json/json.ts';
import { differences, type Change } from './differences.ts';
import { identity, objectName, type ObjectName } from './object-name.ts';
import { pairs } from './pairs.ts';
import { pathKey, type Path } from './path.ts';

/** An object that differs, with all that does. */
export interface ObjectChange {
  /** As it is called after the change. */
  readonly object: ObjectName;
  /** As it was called, when it has another name now. */
  readonly was?: ObjectName;
  readonly before: JsonObject | undefined;
  readonly after: JsonObject | undefined;
  readonly changes: readonly Change[];
}

/** How two sets are compared. */
interface CompareOptions {
  /** `before` comes from a server: what it filled in by itself, where `after` says nothing, is no difference. */
  readonly live?: boolean;
}

/**
 * The difference of two sets of Kubernetes objects for a person, by Kubernetes' own rules: objects
 * by group, kind, namespace and name, elements of lists by the keys that the API server merges them
 * by, quantities by what they amount to. The order of documents and of such elements does not
 * count, except where it has a meaning; what only has another name is recognised.
 *
 * The proof does not use it: there, whatever is not the same is a fault (docs/adr).
 */
export function compare(
  before: readonly JsonObject[],
  after: readonly JsonObject[],
  options: CompareOptions = {},
): readonly ObjectChange[] {
  const [left, right] = [byIdentity(before), byIdentity(options.live === true ? after.map(wanted) : after)];
  const others = new Map(pairs(missing(left, right), missing(right, left)).map(([old, now]) => [now, old]));
  const found = [...right].map(([key, object]) => {
    const own = left.get(key) ?? others.get(object);
    return objectChange(own, object, options);
  });
  const kept = new Set(others.values());
  const gone = missing(left, right)
    .filter((object) => !kept.has(object))
    .map((object) => objectChange(object, undefined, options));
  return [...found, ...gone].filter(({ changes }) => changes.length > 0);
}

function byIdentity(objects: readonly JsonObject[]): ReadonlyMap<string, JsonObject> {
  return new Map(objects.map((object) => [identity(objectName(object)), object]));
}

function missing(
  from: ReadonlyMap<string, JsonObject>,
  other: ReadonlyMap<string, JsonObject>,
): readonly JsonObject[] {
  return [...from].filter(([key]) => !other.has(key)).map(([, object]) => object);
}

function objectChange(
  before: JsonObject | undefined,
  after: JsonObject | undefined,
  { live = false }: CompareOptions,
): ObjectChange {
  const object = objectName(after ?? before ?? {});
  const was = before === undefined ? object : objectName(before);
  const isRenamed = was.name !== object.name || isMoved(was, object);
  const changes = differences(before, after, { object, live, path: [], raw: [] })
    // Where an object that names no namespace went, the server alone knows; what has none there cannot have one.
    .filter(({ kind, path }) => !(live && kind !== 'changed' && pathKey(path) === NAMESPACE))
    .map((change) => (isRenamed && isName(change.path) ? { ...change, kind: 'renamed' as const } : change));
  return { object, ...(isRenamed && { was }), before, after, changes };
}

const NAMESPACE = pathKey(['metadata', 'namespace']);

/** Into another namespace; an object that names none goes where the release goes. */
function isMoved(was: ObjectName, { namespace }: ObjectName): boolean {
  return was.namespace !== undefined && namespace !== undefined && was.namespace !== namespace;
}

function isName(path: Path): boolean {
  return path.length === 2 && path[0] === 'metadata' && (path[1] === 'name' || path[1] === 'namespace');
}
