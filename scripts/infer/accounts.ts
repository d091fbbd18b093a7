import { groupBy } from '../json/group-by.ts';
import type { JsonObject } from '../json/json.ts';
import { isObject, objectsIn } from '../json/tree.ts';
import { fieldAt } from '../kubernetes/field.ts';
import type { Resource } from '../manifest/manifest.ts';
import { below, together, type Draft, type Proposal, type Spot } from './draft.ts';
import { camel, distinct, withoutLast, withoutStem } from './names.ts';
import { textsIn } from './paths.ts';
import { holderName, selectOf } from './select-of.ts';
import type { Subject } from './subject.ts';
import type { Workload } from './workloads.ts';

const ACCOUNT_WORDS = /-(?:sa|account|serviceaccount|service-account)$/;
const BINDINGS = new Set(['RoleBinding', 'ClusterRoleBinding']);
const EVERYWHERE =
  'Kubernetes makes the account default in every namespace, and helm install fails where it is (who needs what upstream has in it changes it by hand)';
const ROLES = ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'] as const;

/** Service accounts: made or not, their name wherever it stands, annotations; roles and bindings. */
export function accountValues(subject: Subject): Proposal {
  const accounts = subject.resources.filter(
    ({ kind, apiVersion }) => kind === 'ServiceAccount' && apiVersion === 'v1',
  );
  const namings = groupBy(subject.resources.flatMap(namingsIn), ({ account }) => account);
  const users = new Map(accounts.map((account) => [account, usersOf(account, subject)] as const));
  const others = accounts.filter((account) => users.get(account)?.length !== 1);
  const keys = distinct(others, ({ name, namespace = '' }) => {
    const short = withoutStem(name, subject.stems);
    return [withoutLast(short, ACCOUNT_WORDS), short, name, `${namespace}-${name}`].map(camel);
  });
  return together([
    ...accounts.map((account) => {
      const own = users.get(account) ?? [];
      const [only] = own.length === 1 ? own : [];
      const path =
        only !== undefined
          ? below(only.key, 'serviceAccount')
          : accounts.length === 1
            ? 'serviceAccount'
            : `serviceAccounts.${keys.get(account) ?? ''}`;
      return accountDrafts(account, path, only, namings, subject);
    }),
    roles(subject),
  ]);
}

function accountDrafts(
  account: Resource,
  path: string,
  user: Workload | undefined,
  namings: Namings,
  subject: Subject,
): Proposal {
  const name = path.startsWith('serviceAccounts.') ? camel(`${path.slice(16)}-account`) : camel(path);
  const holder = {
    name: path === 'serviceAccount' ? 'account' : name,
    select: selectOf(account, subject.resources),
  };
  const base = {
    kind: 'serviceAccount',
    section: user?.section ?? 'Service accounts',
    ...(user !== undefined && { workload: user.key }),
  } as const;
  const isKubernetes = account.name === 'default';
  const drafts: readonly Draft[] = [
    {
      ...base,
      path: `${path}.create`,
      place: 'document',
      form: 'value',
      ...(isKubernetes && { default: false, reason: EVERYWHERE }),
      spots: [{ holder, field: '' }],
    },
    {
      ...base,
      path: `${path}.name`,
      place: 'replace',
      form: 'value',
      spots: [{ holder, field: 'metadata.name' }, ...referencesTo(account, namings, subject)],
    },
    {
      ...base,
      path: `${path}.annotations`,
      place: 'merge',
      form: 'yaml',
      spots: [{ holder, field: 'metadata.annotations', create: true }],
    },
  ];
  return {
    drafts: isKubernetes ? drafts.filter((draft) => draft.path !== `${path}.name`) : drafts,
    left: [],
  };
}

function isNamed({ podObject }: Workload, name: string): boolean {
  return (podObject['serviceAccountName'] ?? podObject['serviceAccount']) === name;
}

function usersOf({ name, namespace }: Resource, { workloads }: Subject): readonly Workload[] {
  return workloads.filter((one) => one.resource.namespace === namespace && isNamed(one, name));
}

/** Every field that names an account. */
function referencesTo(account: Resource, namings: Namings, subject: Subject): readonly Spot[] {
  const inPods = usersOf(account, subject).flatMap(({ pod, podObject }) =>
    ['serviceAccountName', 'serviceAccount']
      .filter((field) => podObject[field] === account.name)
      .map((field): Spot => ({ holder: pod, field })),
  );
  const elsewhere = (namings.get(account.name) ?? [])
    .filter(({ means }) => means(account.namespace))
    .map(({ resource, field }): Spot => {
      const name = holderName(resource, subject.stems);
      return { holder: { name, select: selectOf(resource, subject.resources) }, field };
    });
  return [...inPods, ...elsewhere];
}

/** A field outside pods that names an account. */
interface Naming {
  readonly resource: Resource;
  readonly field: string;
  readonly account: string;
  /** Whether it names that of this namespace. */
  readonly means: (namespace: string | undefined) => boolean;
}

/** By the account's name. */
type Namings = ReadonlyMap<string, readonly Naming[]>;

function namingsIn(resource: Resource): readonly Naming[] {
  if (BINDINGS.has(resource.kind)) {
    const subjects = objectsIn(resource.object['subjects']);
    return subjects.flatMap(({ kind, name, namespace: own }, i) => {
      if (kind !== 'ServiceAccount' || typeof name !== 'string') return [];
      const means = (namespace: string | undefined): boolean =>
        namespace === undefined || own === undefined || own === namespace;
      return [{ resource, field: `subjects.${subjectIn(subjects, i)}.name`, account: name, means }];
    });
  }
  // An operator's own objects name accounts as pods do.
  if (fieldAt(resource.apiVersion, resource.kind, []) !== undefined) return [];
  return textsIn(resource.object)
    .filter(({ keys }) => keys.at(-1) === 'serviceAccountName')
    .map(({ path, text }) => ({
      resource,
      field: path,
      account: text,
      means: (namespace) => resource.namespace === namespace,
    }));
}

/** How a field path names a subject: by its kind or its name where no other has it. */
export function subjectIn(subjects: readonly JsonObject[], index: number): string {
  const one = subjects[index] ?? {};
  const key = ['kind', 'name'].find(
    (field) =>
      subjects.filter((other) => other[field] === one[field]).length === 1 && typeof one[field] === 'string',
  );
  return key === undefined ? String(index) : `[${key}=${String(one[key])}]`;
}

function roles({ resources }: Subject): Proposal {
  const kinds = ROLES.filter((kind) =>
    resources.some((one) => one.kind === kind && isObject(one.object) && one.apiVersion.startsWith('rbac.')),
  );
  if (kinds.length === 0) return together([]);
  const spots = kinds.map((kind): Spot => ({ holder: { name: camel(kind), select: { kind } }, field: '' }));
  return {
    drafts: [
      { kind: 'rbac', path: 'rbac.create', section: 'On and off', place: 'document', form: 'value', spots },
    ],
    left: [],
  };
}
