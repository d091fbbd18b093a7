import type { Json, JsonObject } from '../json/json.ts';
import { apiGroup } from '../json/api-group.ts';
import { asText, equalJson, getPath, isObject, listOf } from '../json/tree.ts';
import { isSameAsNone } from '../kubernetes/defaults.ts';
import { fieldAt } from '../kubernetes/field.ts';
import { isImmutable } from '../kubernetes/immutable.ts';
import type { ObjectChange } from './compare.ts';
import { lostOf, refusedBy } from './crd.ts';
import type { Change } from './differences.ts';
import { showObject, type ObjectName } from './object-name.ts';
import { overlap, type Path } from './path.ts';
import { lessQuantity } from './quantity.ts';
import { visible } from './visible.ts';
import { podRights, subjects, widerRules } from './rights.ts';

/** What a change does beside changing a field. */
export const MARKS = {
  restarts: 'replaces running pods',
  widens: 'gives more rights',
  immutable: 'cannot be changed in place: delete the object and make it again',
  lost: 'takes something away for good',
  refuses: 'refuses what was valid before',
} as const;

export type MarkKind = keyof typeof MARKS;

export interface Mark {
  readonly kind: MarkKind;
  /** What exactly; '' where the kind says it all. */
  readonly what: string;
}

/** What a change of an object does: see {@link MARKS}. */
export function marksOf(change: Change, of: ObjectChange): readonly Mark[] {
  const marks = (kind: MarkKind, whats: readonly string[]): readonly Mark[] =>
    whats.map((what) => ({ kind, what: visible(what) }));
  return [
    ...marks('restarts', restarts(change, of)),
    ...marks('widens', widens(change, of)),
    ...marks('immutable', immutable(change, of)),
    ...marks('lost', lost(change, of)),
    ...marks('refuses', isKind(of.object, CRDS) ? refusedBy(change) : []),
  ];
}

/** Workloads that replace their pods when the template is another. */
const ROLLING: ReadonlySet<string> = new Set(['apps DaemonSet', 'apps Deployment', 'apps StatefulSet']);

function isKind(object: ObjectName, kinds: ReadonlySet<string>): boolean {
  return kinds.has(`${apiGroup(object.apiVersion)} ${object.kind}`);
}

function restarts(change: Change, { object, was, after }: ObjectChange): readonly string[] {
  const { path, kind } = change;
  if (!isKind(object, ROLLING) || path.length === 0 || isSameToServer(change, object)) return [];
  if (was !== undefined && kind === 'renamed') return [''];
  if (path[0] !== 'spec' || path[1] !== 'template') return [];
  const strategy = after && getPath(after, 'spec.updateStrategy.type');
  return strategy === 'OnDelete' ? [] : [''];
}

/** What the server has anyway is written out, or no more: the object there stays what it is. */
function isSameToServer({ path, before, after }: Change, { apiVersion, kind }: ObjectName): boolean {
  const [value, key] = [before ?? after, path.at(-1)];
  if (value === undefined || typeof key !== 'string') return false;
  if (before !== undefined && after !== undefined) return false;
  const above = fieldAt(apiVersion, kind, rawOf(path).slice(0, -1));
  return above !== undefined && isSameAsNone(above.type, key, value);
}

/** A path as the API server's types know it: any index for an element. */
function rawOf(path: Path): readonly (string | number)[] {
  return path.map((step) => (typeof step === 'string' ? step : 0));
}

const ROLES: ReadonlySet<string> = new Set([
  'rbac.authorization.k8s.io Role',
  'rbac.authorization.k8s.io ClusterRole',
]);
const BINDINGS: ReadonlySet<string> = new Set([
  'rbac.authorization.k8s.io RoleBinding',
  'rbac.authorization.k8s.io ClusterRoleBinding',
]);
/** Of which a size can grow, and nothing that is a quantity get less. */
const CLAIMS: ReadonlySet<string> = new Set([' PersistentVolumeClaim']);
const CRDS: ReadonlySet<string> = new Set(['apiextensions.k8s.io CustomResourceDefinition']);
/** What has such fields as data or as a schema, and runs nothing. */
const NO_PODS: ReadonlySet<string> = new Set([
  ' ConfigMap',
  ' Secret',
  'apiextensions.k8s.io CustomResourceDefinition',
]);

function widens(change: Change, of: ObjectChange): readonly string[] {
  const { object, before, after } = of;
  const { path, kind } = change;
  if (after === undefined || kind === 'moved') return [];
  // In another namespace it permits what it did not permit there.
  const isElsewhere = kind === 'renamed' && isNamespace(path);
  const [from, at] = isElsewhere ? [undefined, []] : [before, path];
  if (isKind(object, ROLES)) return widerRole(at, from, after);
  if (isKind(object, BINDINGS)) return widerBinding(at, from, after);
  if (isKind(object, NO_PODS)) return [];
  // What held something that goes whole holds nothing that stays.
  if (typeof path.at(-1) === 'object' && change.after === undefined) return [];
  if (path.at(-1) === 'serviceAccountName' && typeof change.after === 'string')
    return [`the rights of ServiceAccount ${change.after}`];
  const [old, now] = [rightsAt(change.before, change.path), rightsAt(change.after, change.path)];
  return [
    ...now.given.filter((right) => !old.given.includes(right)),
    ...old.held.filter((bound) => !now.held.includes(bound)).map((bound) => `no more ${bound}`),
  ];
}

function widerRole(path: Path, before: JsonObject | undefined, after: JsonObject): readonly string[] {
  const selectors = (role: JsonObject = {}): readonly Json[] =>
    listOf(getPath(role, 'aggregationRule.clusterRoleSelectors'));
  const isWider = selectors(after).some((one) => !selectors(before).some((had) => equalJson(one, had)));
  const fresh = joined(after).filter((label) => !joined(before).includes(label));
  return [
    ...(overlap(path, ['rules']) ? widerRules(before?.['rules'], after['rules']) : []),
    ...(overlap(path, ['aggregationRule']) && isWider ? ['rules of other roles'] : []),
    ...fresh
      .filter((label) => overlap(path, ['metadata', 'labels', label]))
      .map((label) => `its rules become those of ${label.slice(label.lastIndexOf('-') + 1)}`),
  ];
}

/** The labels by which the rules of a role become those of another. */
function joined(role: JsonObject = {}): readonly string[] {
  const labels = getPath(role, 'metadata.labels');
  return Object.entries(isObject(labels) ? labels : {}).flatMap(([label, value]) =>
    label.includes('/aggregate-to-') && value === 'true' ? [label] : [],
  );
}

function widerBinding(path: Path, before: JsonObject | undefined, after: JsonObject): readonly string[] {
  if (path.length > 0 && path[0] !== 'subjects' && path[0] !== 'roleRef') return [];
  const { roleRef } = after;
  const role = isObject(roleRef) ? `${asText(roleRef['kind'])} ${asText(roleRef['name'])}` : 'a role';
  const had = path[0] === 'roleRef' ? [] : subjects(before?.['subjects']);
  return subjects(after['subjects'])
    .filter((subject) => !had.includes(subject))
    .map((subject) => `${role} for ${subject}`);
}

/** A value with the two fields around it, which say what it means. */
function rightsAt(value: Json | undefined, path: Path): ReturnType<typeof podRights> {
  if (value === undefined) return { given: [], held: [] };
  const names = path.filter((step) => typeof step === 'string');
  const [key = '', above = ''] = names.slice(-2).toReversed();
  return typeof path.at(-1) === 'string' ? podRights({ [key]: value }, above) : podRights(value, key);
}

function immutable(change: Change, { object, was, before, after }: ObjectChange): readonly string[] {
  const { path } = change;
  // Of another name or namespace it is another object, and made anew anyway.
  if (was !== undefined || before === undefined || after === undefined) return [];
  if (isSameToServer(change, object)) return [];
  const isSealed =
    before['immutable'] === true &&
    ['data', 'binaryData', 'stringData', 'immutable'].includes(String(path[0]));
  const isShrunk = isKind(object, CLAIMS) && lessQuantity(change.after, change.before);
  return isSealed || isShrunk || isImmutable(object.apiVersion, object.kind, rawOf(path)) ? [''] : [];
}

function isNamespace(path: Path): boolean {
  return path.length === 2 && path[0] === 'metadata' && path[1] === 'namespace';
}

/** An object that names no namespace is in that of the release, which may be another. */
function elsewhere({ before, after }: Change, { apiVersion, kind, name }: ObjectName): readonly string[] {
  const old = { apiVersion, kind, name, ...(typeof before === 'string' && { namespace: before }) };
  return [`${showObject(old)}, unless the release is in ${asText(before ?? after)}`];
}

function lost(change: Change, { object, was, after }: ObjectChange): readonly string[] {
  const { path, kind } = change;
  if (after === undefined) return [showObject(object)];
  if (kind === 'renamed' && was !== undefined && path[0] === 'metadata') return [showObject(was)];
  if (isNamespace(path)) return elsewhere(change, object);
  return isKind(object, CRDS) ? lostOf(change, after) : [];
}
