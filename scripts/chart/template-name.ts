import { apiGroup } from '../json/api-group.ts';
import type { Resource } from '../manifest/manifest.ts';

/** Kinds whose usual short name reads better in a file's name. */
const SHORT_KINDS: ReadonlyMap<string, string> = new Map([['CustomResourceDefinition', 'crd']]);

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
  const taken = new Map<string, number>();
  return resources.map((resource, i) => {
    const own = short[i] ?? '';
    return `${unique(count.get(own) === 1 ? own : stem(longName(resource), resource), taken)}.yaml`;
  });
}

/** The name, with the first free number when it is taken; `taken` has the last number of each. */
function unique(name: string, taken: Map<string, number>): string {
  let number = taken.get(name) ?? 0;
  let free = name;
  while (taken.has(free)) {
    number = Math.max(number, 1) + 1;
    free = `${name}-${number}`;
  }
  taken.set(name, number);
  if (free !== name) taken.set(free, 0);
  return free;
}

function baseName({ kind, name }: Resource): string {
  return SHORT_KINDS.has(kind) ? (name.split('.')[0] ?? name) : name;
}

function longName({ namespace, name, apiVersion }: Resource): string {
  return [namespace ?? '', name, apiGroup(apiVersion)].filter((part) => part !== '').join('-');
}

function stem(name: string, { kind }: Resource): string {
  return `${safe(name, LONGEST_NAME)}-${safe(SHORT_KINDS.get(kind) ?? kind, LONGEST_KIND)}`;
}

function safe(text: string, longest: number): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, longest);
}
