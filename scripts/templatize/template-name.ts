import type { Resource } from '../parse/manifest.ts';

/** Kinds whose usual short name reads better in a file's name. */
const SHORT_KINDS: Readonly<Record<string, string>> = { CustomResourceDefinition: 'crd' };

/** With a number and `.yaml` a name stays below the 100 bytes of a tar header without extensions. */
const LONGEST_NAME = 60;
const LONGEST_KIND = 30;

/**
 * One file name for each resource: dashed, with the kind, as Helm's best practices
 * have it (`foo-daemonset.yaml`). A CRD's group is left off and a namespace put in
 * front only where two names would be equal. Names of objects may differ by what a
 * file's name does not keep (`a:b`, `a-b`): then they are numbered.
 */
export function templateNames(resources: readonly Resource[]): readonly string[] {
  const short = resources.map((resource) => stem(baseName(resource), resource));
  const count = new Map<string, number>();
  for (const name of short) count.set(name, (count.get(name) ?? 0) + 1);
  const taken = new Set<string>();
  return resources.map((resource, i) => {
    const own = short[i] ?? '';
    const name = unique(count.get(own) === 1 ? own : stem(longName(resource), resource), taken);
    taken.add(name);
    return `${name}.yaml`;
  });
}

function unique(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name}-${number}`)) number += 1;
  return `${name}-${number}`;
}

function baseName({ kind, name }: Resource): string {
  return kind in SHORT_KINDS ? (name.split('.')[0] ?? name) : name;
}

function longName({ namespace, name, apiVersion }: Resource): string {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : undefined;
  return [namespace, name, group].filter((part) => part !== undefined).join('-');
}

function stem(name: string, { kind }: Resource): string {
  return `${safe(name, LONGEST_NAME)}-${safe(SHORT_KINDS[kind] ?? kind, LONGEST_KIND)}`;
}

function safe(text: string, longest: number): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, longest);
}
