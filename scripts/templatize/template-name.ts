import type { Resource } from '../parse/manifest.ts';

/** Kinds whose usual short name reads better in a file's name. */
const SHORT_KINDS: Readonly<Record<string, string>> = { CustomResourceDefinition: 'crd' };

/**
 * One file name for each resource: dashed, with the kind, as Helm's best practices
 * have it (`foo-daemonset.yaml`). A CRD's group is left off and a namespace put in
 * front only where two names would be equal.
 */
export function templateNames(resources: readonly Resource[]): readonly string[] {
  const short = resources.map((resource) => fileName(baseName(resource), resource));
  const taken = new Map<string, number>();
  for (const name of short) taken.set(name, (taken.get(name) ?? 0) + 1);
  return short.map((name, i) => {
    const resource = resources[i];
    return taken.get(name) === 1 || resource === undefined ? name : fileName(longName(resource), resource);
  });
}

function baseName({ kind, name }: Resource): string {
  return kind in SHORT_KINDS ? (name.split('.')[0] ?? name) : name;
}

function longName({ namespace, name, apiVersion }: Resource): string {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : undefined;
  return [namespace, name, group].filter((part) => part !== undefined).join('-');
}

function fileName(name: string, { kind }: Resource): string {
  const safe = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return `${safe}-${SHORT_KINDS[kind] ?? kind.toLowerCase()}.yaml`;
}
