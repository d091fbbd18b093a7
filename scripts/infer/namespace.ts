import { groupBy } from '../json/group-by.ts';
import { isObject, objectsIn } from '../json/tree.ts';
import { fieldAt } from '../kubernetes/field.ts';
import type { Resource } from '../manifest/manifest.ts';
import { subjectIn } from './accounts.ts';
import { together, type Draft, type Left, type Proposal, type Spot } from './draft.ts';
import { camel, distinct, withoutStem } from './names.ts';
import { textsIn } from './paths.ts';
import { holderName, selectOf } from './select-of.ts';
import type { Subject } from './subject.ts';

const SECTION = 'Namespace';

/** Namespaces that Kubernetes makes. */
const OF_CLUSTERS = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);

/** Where everything lives, and whether the chart makes that namespace. */
export function namespaceValues(subject: Subject): Proposal {
  const main = mainNamespace(subject);
  const spaces = subject.resources.filter(
    ({ kind, apiVersion }) => kind === 'Namespace' && apiVersion === 'v1',
  );
  const own = spaces.find(({ name }) => name === main);
  const others = spaces.filter((one) => one !== own);
  const keys = distinct(others, ({ name }) => [withoutStem(name, subject.stems), name].map(camel));
  return together([
    main === undefined ? together([]) : overriding(main, own, subject),
    own === undefined ? together([]) : creating(own, subject),
    {
      drafts: others.map((one): Draft => ({
        kind: 'namespace',
        path: `namespaces.${keys.get(one) ?? ''}.create`,
        section: SECTION,
        place: 'document',
        form: 'value',
        ...(OF_CLUSTERS.has(one.name) && {
          default: false,
          reason: `every cluster has ${one.name}, and helm install fails where it is`,
        }),
        spots: [{ holder: holderOf(one, subject), field: '' }],
      })),
      left: [],
    },
  ]);
}

/** The namespace of the workloads, or else of most objects; where none says one, that of the accounts in bindings. */
function mainNamespace({ workloads, resources }: Subject): string | undefined {
  const of = (all: readonly Resource[]): string | undefined =>
    mostOf(all.flatMap(({ namespace }) => namespace ?? []));
  const inBindings = resources.flatMap(({ object }) =>
    objectsIn(object['subjects']).flatMap(({ namespace, kind }) =>
      kind === 'ServiceAccount' && typeof namespace === 'string' ? [namespace] : [],
    ),
  );
  return of(workloads.map(({ resource }) => resource)) ?? of(resources) ?? mostOf(inBindings);
}

/** What is there most often; of two, the first by name. */
export function mostOf(texts: readonly string[]): string | undefined {
  const groups = [...groupBy(texts, (text) => text)].map(([text, all]) => ({ text, count: all.length }));
  return groups.toSorted((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1))[0]?.text;
}

function overriding(main: string, own: Resource | undefined, subject: Subject): Proposal {
  const { resources } = subject;
  const inside = resources.some(({ namespace }) => namespace === main);
  const named = resources.flatMap((resource) => namespaceFields(resource, main, subject));
  const spots: readonly Spot[] = [
    ...(own === undefined ? [] : nameOf(own, subject)),
    ...(inside
      ? [{ holder: { name: 'namespaced', select: { namespace: main } }, field: 'metadata.namespace' }]
      : []),
    ...named,
  ];
  if (spots.length === 0) return together([]);
  const note = inside
    ? `Upstream's objects say that they live in ${main}. Empty: in the namespace of the release.`
    : `Upstream's objects live in the namespace of the release, but bindings name ${main}: say here where it is installed.`;
  return {
    drafts: [
      {
        kind: 'namespace',
        path: 'namespaceOverride',
        section: SECTION,
        place: 'replace',
        form: 'namespace',
        spots,
        note,
      },
    ],
    left: inside ? mentions(main, subject) : [],
  };
}

function nameOf(own: Resource, subject: Subject): readonly Spot[] {
  const holder = holderOf(own, subject);
  const { metadata } = own.object;
  const labels = isObject(metadata) ? metadata['labels'] : undefined;
  const label = 'kubernetes.io/metadata.name';
  return [
    { holder, field: 'metadata.name' },
    ...(isObject(labels) && labels[label] === own.name
      ? [{ holder, field: String.raw`metadata.labels.kubernetes\.io/metadata\.name` }]
      : []),
  ];
}

function holderOf(resource: Resource, subject: Subject): Spot['holder'] {
  return { name: holderName(resource, subject.stems), select: selectOf(resource, subject.resources) };
}

/** A variable of a container that is told where it lives: `POD_NAMESPACE`. */
const VARIABLE = /\.env\.\[name=(?:\w+_)?NAMESPACE\]\.value$/;

/** Fields that are a namespace: of subjects, of services of webhooks, in variables; of an operator's objects by their name. */
function namespaceFields(resource: Resource, main: string, subject: Subject): readonly Spot[] {
  const { apiVersion, kind, object } = resource;
  const isKnown = fieldAt(apiVersion, kind, []) !== undefined;
  const holder = holderOf(resource, subject);
  const subjects = objectsIn(object['subjects']);
  return textsIn(withoutSchemas(resource))
    .filter(({ text, keys }) => text === main && keys[0] !== 'metadata' && !keys.includes('matchLabels'))
    .filter(({ keys, path }) => keys.at(-1) === 'namespace' || (isKnown && VARIABLE.test(path)))
    .filter(({ keys }) => (isKnown ? fieldAt(apiVersion, kind, keys)?.type === 'string' : keys[0] === 'spec'))
    .map(({ keys, path }) => ({
      holder,
      field: keys[0] === 'subjects' ? `subjects.${subjectIn(subjects, Number(keys[1]))}.namespace` : path,
    }));
}

/** What a CustomResourceDefinition says of its kind is long, and names no namespace. */
function withoutSchemas({ kind, object }: Resource): Resource['object'] {
  if (kind !== 'CustomResourceDefinition') return object;
  const { spec } = object;
  return { spec: { conversion: (isObject(spec) ? spec['conversion'] : undefined) ?? null } };
}

const MOST_NAMED = 3;

/** Keys whose texts are names of their own. */
const NAMES = new Set([
  'name',
  'key',
  'path',
  'mountPath',
  'image',
  'namespace',
  'serviceAccountName',
  'serviceAccount',
]);
const SPEAKING = new Set(['data', 'spec', 'webhooks']);

/** How a text names the namespace `default`. */
const COMMON = /\.default\.svc|namespace[=: ]+["']?default\b/;

/** Texts that name the namespace among other words, `--namespace=X` or `service.X.svc`: what they mean is not told by a type. */
function mentions(main: string, { resources }: Subject): readonly Left[] {
  // That one is a word like others.
  const isCommon = main === 'default';
  const isOwn = (keys: readonly (string | number)[], text: string): boolean =>
    text === main && keys.some((key) => /namespace/i.test(String(key)));
  const word = isCommon
    ? COMMON
    : new RegExp(`(?:^|[=,:./\\s"'])${main.replaceAll('.', String.raw`\.`)}(?:$|[,:./\\s"'])`);
  const speaking = resources.filter(({ kind }) => kind !== 'IngressClass' && kind !== 'Secret');
  const found = speaking.flatMap((resource) =>
    textsIn(withoutSchemas(resource))
      .filter(({ keys, text }) => text.includes(main) && (word.test(text) || isOwn(keys, text)))
      .filter(({ keys }) => !isLabel(keys))
      .filter(
        ({ keys, text }) =>
          (SPEAKING.has(String(keys[0])) && !NAMES.has(String(keys.at(-1)))) ||
          (keys[1] === 'annotations' && text.startsWith(`${main}/`)),
      )
      .filter(({ path, text }) => text !== main || !VARIABLE.test(path))
      .map(({ path, text }) => `${resource.kind}/${resource.name} ${path}${shown(text)}`),
  );
  if (found.length === 0) return [];
  const more = found.length > MOST_NAMED ? ` and ${found.length - MOST_NAMED} more` : '';
  return [
    {
      kind: 'namespace',
      what: found.slice(0, MOST_NAMED).join(', ') + more,
      why: `the text has ${main} in it, which may be the namespace or something else`,
    },
  ];
}

/** A text that is short enough to be told. */
function shown(text: string): string {
  return text.length > 60 || text.includes('\n') ? '' : ` (${text})`;
}

function isLabel(keys: readonly (string | number)[]): boolean {
  return keys.some((key) => key === 'labels' || key === 'matchLabels' || key === 'selector');
}

function creating(own: Resource, subject: Subject): Proposal {
  const { metadata } = own.object;
  const extra = isObject(metadata)
    ? (['labels', 'annotations'] as const).filter((field) => isObject(metadata[field]))
    : [];
  const lost =
    extra.length === 0 ? '' : ` (who makes it by hand gives it the ${extra.join(' and ')} that upstream has)`;
  return {
    drafts: [
      {
        kind: 'namespace',
        path: 'namespace.create',
        section: SECTION,
        place: 'document',
        form: 'value',
        default: false,
        reason: `helm install --namespace ${own.name} --create-namespace makes it, and fails where the chart has it, too${lost}`,
        spots: [{ holder: holderOf(own, subject), field: '' }],
      },
    ],
    left: [],
  };
}
