import data from './field-types.json' with { type: 'json' };
import type { Field, FieldTypes, ObjectType } from './types.ts';

const TYPES: FieldTypes = data;

/** A step into an object: a field's name, a map's key, or the index of a list's element. */
type Step = string | number;

/** What every object has under `metadata`, whatever its kind. */
const METADATA = 'meta.v1.ObjectMeta';

/** Its objects may have any name that a URL's path may have, for example `system:node`. */
const RBAC = 'rbac.authorization.k8s.io/';

/**
 * The type of a field of a kind that Kubernetes itself serves, or of the metadata of any other.
 *
 * @param path from the object's root; empty for the object itself
 * @returns undefined for another kind and for a field that the kind does not have
 */
export function fieldAt(apiVersion: string, kind: string, path: readonly Step[]): Field | undefined {
  if (path.length === 2 && path[0] === 'metadata') {
    // A pod template has metadata, too, and need not have a name: only the object must.
    if (path[1] === 'namespace') return { type: 'namespace' };
    if (path[1] === 'name') return { type: apiVersion.startsWith(RBAC) ? 'path-segment' : 'name' };
  }
  const name = own(TYPES.kinds, `${apiVersion} ${kind}`);
  if (name === undefined && path[0] === 'metadata') return fieldBelow({ type: METADATA }, path.slice(1));
  return name === undefined ? undefined : fieldBelow({ type: name }, path);
}

function fieldBelow(field: Field, path: readonly Step[]): Field | undefined {
  return path.reduce<Field | undefined>((at, step) => at && below(at, step), field);
}

/** The fields of a type that has some. */
export function objectType(type: string): ObjectType | undefined {
  return own(TYPES.types, type);
}

/** What `[]T` and `map[string]T` hold; undefined for other types. */
export function elementType(type: string): string | undefined {
  return /^(?:\[\]|map\[string\])(.*)$/s.exec(type)?.[1];
}

function below(field: Field, step: Step): Field | undefined {
  const element = elementType(field.type);
  if (element !== undefined) return { type: element };
  return own(objectType(field.type)?.fields ?? {}, String(step));
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
