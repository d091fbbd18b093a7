/** Group and version of an `apiVersion`: `apps/v1` is `apps` and `v1`, the core's `v1` has the group ''. */
export function groupVersion(apiVersion: string): readonly [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return [apiVersion.slice(0, Math.max(0, slash)), apiVersion.slice(slash + 1)];
}

/** The group of an `apiVersion`. */
export function apiGroup(apiVersion: string): string {
  return groupVersion(apiVersion)[0];
}
