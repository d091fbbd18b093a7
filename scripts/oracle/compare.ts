import type { Json, JsonObject } from '../json/json.ts';
import { asText, isObject, member } from '../json/tree.ts';

/** A place where two sets of objects differ. */
export interface Difference {
  /** `Kind/name` of the object. */
  readonly object: string;
  /** Path in the object; empty when one side does not have it at all. */
  readonly path: readonly (string | number)[];
  readonly left: Json | undefined;
  readonly right: Json | undefined;
}

/** How an object is known whatever file it stands in. */
export function identityOf(object: JsonObject): string {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  return `${asText(object['kind'])}/${asText(metadata['name'])}`;
}

/**
 * Compares two sets of Kubernetes objects, whatever their order: Helm sorts what it
 * renders. Lists are compared element by element, keys in any order.
 */
export function compareObjects(
  left: readonly JsonObject[],
  right: readonly JsonObject[],
): readonly Difference[] {
  const [ours, theirs] = [byIdentity(left), byIdentity(right)];
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((key) =>
    differences(ours.get(key), theirs.get(key), identityOf(ours.get(key) ?? theirs.get(key) ?? {}), []),
  );
}

function byIdentity(objects: readonly JsonObject[]): ReadonlyMap<string, JsonObject> {
  return new Map(
    objects.map((object) => {
      const metadata = isObject(object['metadata']) ? object['metadata'] : {};
      return [
        `${asText(object['apiVersion'])} ${asText(metadata['namespace'] ?? '')} ${identityOf(object)}`,
        object,
      ];
    }),
  );
}

function differences(
  left: Json | undefined,
  right: Json | undefined,
  object: string,
  path: readonly (string | number)[],
): readonly Difference[] {
  if (left === right) return [];
  if (Array.isArray(left) && Array.isArray(right) && left.length === right.length) {
    return left.flatMap((item: Json, i) => differences(item, right[i] as Json, object, [...path, i]));
  }
  if (isObject(left) && isObject(right)) {
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
      differences(member(left, key), member(right, key), object, [...path, key]),
    );
  }
  return [{ object, path, left, right }];
}

/** One line for a person: where, what, what else. */
export function showDifference({ object, path, left, right }: Difference): string {
  const show = (value: Json | undefined): string =>
    value === undefined ? '(nothing)' : JSON.stringify(value);
  return `${object} ${path.join('.')}: ${show(left)} ≠ ${show(right)}`;
}
