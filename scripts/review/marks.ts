import type { Json, JsonObject } from '../json/json.ts';
import { apiGroup } from '../json/api-group.ts';
import { asText, getPath, isObject } from '../json/tree.ts';
import { isImmutable } from '../kubernetes/immutable.ts';
import type { ObjectChange } from './compare.ts';
import { lostOf, refusedBy } from './crd.ts';
import type { Change } from './differences.ts';
import { showObject, type ObjectName } from './object-name.ts';
import type { Path } from './path.ts';
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

function restarts({ path, kind }: Change, { object, was, after }: ObjectChange): readonly string[] {
  if (!isKind(object, ROLLING) || path.length === 0) return [];
  if (was !== undefined && kind === 'renamed') return [''];
  if (path[0] !== 'spec' || path[1] !== 'template') return [];
  const strategy = after && getPath(after, 'spec.updateStrategy.type');
  return strategy === 'OnDelete' ? [] : [''];
}

const ROLES: ReadonlySet<string> = new Set([
  'rbac.authorization.k8s.io Role',
  'rbac.authorization.k8s.io ClusterRole',
]);
const BINDINGS: ReadonlySet<string> = new Set([
  'rbac.authorization.k8s.io RoleBinding',
  'rbac.authorization.k8s.io ClusterRoleBinding',
]);
const CRDS: ReadonlySet<string> = new Set(['apiextensions.k8s.io CustomResourceDefinition']);
/** What has such fields as data or as a schema, and runs nothing. */
const NO_PODS: ReadonlySet<string> = new Set([
  ' ConfigMap',
  ' Secret',
  'apiextensions.k8s.io CustomResourceDefinition',
]);

function widens(change: Change, of: ObjectChange): readonly string[] {
  const { object, before, after } = of;
  if (after === undefined || change.kind === 'moved') return [];
  if (isKind(object, ROLES)) return widerRole(change, before, after);
  if (isKind(object, BINDINGS)) return widerBinding(change, before, after);
  if (isKind(object, NO_PODS)) return [];
  const [old, now] = [rightsAt(change.before, change.path), rightsAt(change.after, change.path)];
  return [
    ...now.given.filter((right) => !old.given.includes(right)),
    ...old.held.filter((bound) => !now.held.includes(bound)).map((bound) => `no more ${bound}`),
  ];
}

function widerRole(
  { path, after: value }: Change,
  before: JsonObject | undefined,
  after: JsonObject,
): readonly string[] {
  const label = path.at(-1);
  if (
    path[1] === 'labels' &&
    typeof label === 'string' &&
    label.includes('/aggregate-to-') &&
    value === 'true'
  )
    return [`its rules become those of ${label.slice(label.lastIndexOf('-') + 1)}`];
  if (path.length > 0 && path[0] !== 'rules')
    return path[0] === 'aggregationRule' ? ['rules of other roles'] : [];
  return widerRules(before?.['rules'], after['rules']);
}

function widerBinding(
  { path }: Change,
  before: JsonObject | undefined,
  after: JsonObject,
): readonly string[] {
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
  const [above = '', key = ''] = names.slice(-2);
  return typeof path.at(-1) === 'string' ? podRights({ [key]: value }, above) : podRights(value, key);
}

function immutable({ path }: Change, { object, was, before, after }: ObjectChange): readonly string[] {
  // Of another name or namespace it is another object, and made anew anyway.
  if (was !== undefined || before === undefined || after === undefined) return [];
  const raw = path.map((step) => (typeof step === 'string' ? step : 0));
  const isSealed =
    before['immutable'] === true &&
    ['data', 'binaryData', 'stringData', 'immutable'].includes(String(path[0]));
  return isSealed || isImmutable(object.apiVersion, object.kind, raw) ? [''] : [];
}

function lost(change: Change, { object, was, after }: ObjectChange): readonly string[] {
  const { path, kind } = change;
  if (after === undefined) return [showObject(object)];
  if (kind === 'renamed' && was !== undefined && path[0] === 'metadata') return [showObject(was)];
  return isKind(object, CRDS) ? lostOf(change) : [];
}
