import type { JsonObject } from '../json/json.ts';
import { apiGroup } from '../json/api-group.ts';
import { isObject } from '../json/tree.ts';
import { visible } from './visible.ts';

/** By what Kubernetes knows an object, and the version in which it is written. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  /** Not there when the object names none. */
  readonly namespace?: string;
  readonly name: string;
}

export function objectName(object: JsonObject): ObjectName {
  const { name, namespace } = isObject(object['metadata']) ? object['metadata'] : {};
  return {
    apiVersion: text(object['apiVersion']),
    kind: text(object['kind']),
    ...(typeof namespace === 'string' && namespace !== '' && { namespace }),
    name: text(name),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The name of an object; of a Job without the digits at its end by which another content is another Job. */
export function lastingName({ apiVersion, kind, name }: ObjectName): string {
  const isJob = kind === 'Job' && apiGroup(apiVersion) === 'batch';
  return isJob ? name.replace(/-[0-9a-f]{8}$/, '') : name;
}

/** Kubernetes tells objects apart by group, kind, namespace and name; the version does not count. */
export function identity(name: ObjectName): string {
  return JSON.stringify([apiGroup(name.apiVersion), name.kind, name.namespace ?? '', name.name]);
}

/** `DaemonSet kube-system/agent`, as a person says it. */
export function showObject({ kind, namespace, name }: ObjectName): string {
  return visible(`${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`);
}
