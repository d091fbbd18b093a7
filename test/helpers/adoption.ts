import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { getPath, isObject } from '../../scripts/json/tree.ts';
import { identityOf } from '../../scripts/oracle/compare.ts';

/**
 * Fields that Kubernetes refuses to change on an object that exists, by kind. Source:
 * validation of apps/v1, rbac/v1 and apiextensions/v1 (kubernetes, pkg/apis/…/validation).
 */
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  DaemonSet: ['spec.selector'],
  ClusterRoleBinding: ['roleRef'],
  CustomResourceDefinition: ['spec.scope', 'spec.group', 'spec.names.kind', 'spec.names.plural'],
};

/** Namespace and identity: what an object is for the API server. */
export function addressOf(object: JsonObject): string {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  return `${String(metadata['namespace'] ?? '')} ${String(object['apiVersion'])} ${identityOf(object)}`;
}

/** Immutable fields that differ, as `Kind/name field`; served versions that disappear count too. */
export function immutableChanges(
  before: readonly JsonObject[],
  after: readonly JsonObject[],
): readonly string[] {
  const later = new Map(after.map((object) => [addressOf(object), object]));
  return before.flatMap((object) => {
    const now = later.get(addressOf(object));
    if (now === undefined) return [];
    const fields = IMMUTABLE[String(object['kind'])] ?? [];
    return [
      ...fields.filter(
        (field) => JSON.stringify(getPath(object, field)) !== JSON.stringify(getPath(now, field)),
      ),
      ...lostVersions(object, now),
    ].map((field) => `${identityOf(object)} ${field}`);
  });
}

function lostVersions(before: JsonObject, after: JsonObject): readonly string[] {
  const names = (object: JsonObject): readonly Json[] => {
    const versions = getPath(object, 'spec.versions');
    return Array.isArray(versions) ? versions.filter(isObject).map((version) => version['name'] ?? '') : [];
  };
  return names(before)
    .filter((name) => !names(after).includes(name))
    .map((name) => `spec.versions ${String(name)}`);
}

/** Objects that are not there any more. */
export function lostObjects(before: readonly JsonObject[], after: readonly JsonObject[]): readonly string[] {
  const there = new Set(after.map(addressOf));
  return before.filter((object) => !there.has(addressOf(object))).map(identityOf);
}
