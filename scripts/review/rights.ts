import { groupBy } from '../json/group-by.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { asText, isObject, listOf, member } from '../json/tree.ts';

/** One thing that a rule of RBAC permits: a verb on a group, resource and name, or on a path of the server. */
interface Permission {
  readonly verb: string;
  readonly on: readonly string[];
}

/** Of a rule without resourceNames; among those a star is a name as any other. */
const ANY_NAME = '';

/**
 * What rules of RBAC permit that others do not, `*` taken for what it means.
 *
 * @returns each as a person says it, for example `get, list secrets`
 */
export function widerRules(before: Json | undefined, after: Json | undefined): readonly string[] {
  const had = permissions(before);
  // Large roles have thousands of permissions; only those with a star need more than a look.
  const said = new Set(had.map(keyOf));
  const wide = had.filter(({ verb, on }) => [verb, ...on.slice(0, 2)].some((part) => part.includes('*')));
  const wider = permissions(after).filter(
    (one) =>
      !said.has(keyOf(one)) && !said.has(keyOf(ofAnyName(one))) && !wide.some((other) => covers(other, one)),
  );
  return [...groupBy(wider, ({ on }) => showResource(on))].map(
    ([where, list]) => `${[...new Set(list.map(({ verb }) => verb))].join(', ')} ${where}`,
  );
}

function keyOf({ verb, on }: Permission): string {
  return JSON.stringify([verb, ...on]);
}

function ofAnyName({ verb, on }: Permission): Permission {
  return { verb, on: on.length === 3 ? [...on.slice(0, 2), ANY_NAME] : on };
}

function permissions(rules: Json | undefined): readonly Permission[] {
  return listOf(rules)
    .filter(isObject)
    .flatMap((rule) => {
      const of = (key: string): readonly string[] => listOf(member(rule, key)).map(asText);
      const names = of('resourceNames').length > 0 ? of('resourceNames') : [ANY_NAME];
      const resources = of('apiGroups').flatMap((group) =>
        of('resources').flatMap((resource) => names.map((name) => [group, resource, name])),
      );
      const places = [...resources, ...of('nonResourceURLs').map((url) => [url])];
      return of('verbs').flatMap((verb) => places.map((on) => ({ verb, on })));
    });
}

function covers(wide: Permission, narrow: Permission): boolean {
  if (wide.on.length !== narrow.on.length || !(wide.verb === '*' || wide.verb === narrow.verb)) return false;
  return wide.on.every((part, i) => {
    const other = narrow.on[i] ?? '';
    if (part === other) return true;
    if (i === 2) return part === ANY_NAME;
    if (part === '*') return true;
    // `*/scale` is that part of every resource, `/metrics/*` every path below. Source: rbac/v1, PolicyRule.
    if (i === 1 && part.startsWith('*/')) return other.endsWith(part.slice(1));
    return wide.on.length === 1 && part.endsWith('*') && other.startsWith(part.slice(0, -1));
  });
}

function showResource([group = '', resource, name]: readonly string[]): string {
  if (resource === undefined) return group;
  const kind = resource === '*' ? 'everything' : resource;
  const of = group === '' ? '' : group === '*' ? ' of any group' : ` of ${group}`;
  return `${kind}${of}${name === ANY_NAME || name === undefined ? '' : ` named ${name}`}`;
}

/**
 * What a pod may do on its node by some part of a manifest: what it is given, and what it is
 * held to.
 *
 * @param value what stands at a key of that name
 */
export function podRights(
  value: Json,
  key: string,
): { readonly given: readonly string[]; readonly held: readonly string[] } {
  const [given, held]: [string[], string[]] = [[], []];
  collect(value, key, given, held);
  return { given, held };
}

const SWITCHES: ReadonlySet<string> = new Set([
  'privileged',
  'hostNetwork',
  'hostPID',
  'hostIPC',
  'allowPrivilegeEscalation',
  'automountServiceAccountToken',
  'hostProcess',
]);
const BOUNDS: ReadonlySet<string> = new Set(['runAsNonRoot', 'readOnlyRootFilesystem', 'readOnly']);
/** What takes a bound away, or lets mounts through, in whichever field. */
const FREE: ReadonlySet<Json> = new Set(['Unconfined', 'unconfined', 'Unmasked', 'spc_t', 'Bidirectional']);
const PROFILES: ReadonlySet<string> = new Set(['seccompProfile', 'appArmorProfile']);
/** What the pods of a namespace are held to, the lowest first. */
const POD_SECURITY: readonly Json[] = ['baseline', 'restricted'];

function collect(value: Json, key: string, given: string[], held: string[]): void {
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) collect(item, key, given, held);
  } else if (isObject(value)) {
    if (key === 'capabilities') {
      given.push(...listOf(member(value, 'add')).map((name) => `capability ${asText(name)}`));
      held.push(...listOf(member(value, 'drop')).map((name) => `without capability ${asText(name)}`));
    }
    if (key === 'hostPath' && member(value, 'path') !== undefined)
      given.push(`the node's ${asText(member(value, 'path'))}`);
    const profile = PROFILES.has(key) ? member(value, 'type') : undefined;
    if (profile !== undefined && !FREE.has(profile)) held.push(key);
    for (const [name, inner] of Object.entries(value)) collect(inner, name, given, held);
  } else if (SWITCHES.has(key)) {
    if (value === true) given.push(key);
    else if (value === false) held.push(`${key}: false`);
  } else if (BOUNDS.has(key) && value === true) held.push(key);
  else if (key === 'hostUsers' && value === false) held.push('user namespace of its own');
  else if (key === 'runAsUser' && value === 0) given.push('runs as root');
  else if (key === 'runAsUser') held.push('runAsUser other than root');
  else if (key === 'pod-security.kubernetes.io/enforce')
    held.push(
      ...POD_SECURITY.slice(0, POD_SECURITY.indexOf(value) + 1).map((level) => `${key}: ${asText(level)}`),
    );
  else if (key === 'hostPort' && value !== 0) given.push(`port ${asText(value)} of the node`);
  else if (FREE.has(value)) given.push(`${key}: ${asText(value)}`);
}

/** The subjects of a binding as a person says them. */
export function subjects(value: Json | undefined): readonly string[] {
  return listOf(value)
    .filter(isObject)
    .map((subject: JsonObject) => {
      const namespace = member(subject, 'namespace');
      const where = namespace === undefined ? '' : `${asText(namespace)}/`;
      return `${asText(member(subject, 'kind'))} ${where}${asText(member(subject, 'name'))}`;
    });
}
