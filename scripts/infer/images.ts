import { ChartError } from '../errors.ts';
import { isImage, parseImage } from '../chart/image.ts';
import { groupBy } from '../json/group-by.ts';
import { asText, isObject } from '../json/tree.ts';
import { fieldAt } from '../kubernetes/field.ts';
import type { Resource } from '../manifest/manifest.ts';
import { imagesIn } from '../recipe/image-token.ts';
import { below, together, type Draft, type Holder, type Left, type Proposal, type Spot } from './draft.ts';
import { camel, distinct } from './names.ts';
import { textsIn } from './paths.ts';
import { holderName, selectOf } from './select-of.ts';
import { pathOf } from './holders.ts';
import type { Subject } from './subject.ts';
import { pullPolicies, pullPolicy, sectionOf, type Use } from './pull-policies.ts';
import { ends, OWN_KEYS, type Workload } from './workloads.ts';

/** A field outside of containers that names an image. */
interface Mention {
  readonly spot: Spot;
  readonly reference: string;
  /** Whether the field holds nothing else. */
  readonly isWhole: boolean;
  readonly workload: string | undefined;
}

/** One value for all that name the same image. */
export function imageValues(subject: Subject): Proposal {
  const uses = subject.workloads.flatMap((workload) =>
    workload.containers.map((container): Use => ({ workload, container })),
  );
  const runs = groupBy(
    uses.filter((use) => isImage(referenceOf(use))),
    referenceOf,
  );
  const mentions = groupBy(mentionsIn(subject), ({ reference }) => reference);
  const paths = pathsOf(runs, mentions, subject);
  const drafts = [...paths].flatMap(([reference, path]): readonly Draft[] => {
    const own = runs.get(reference) ?? [];
    const also = mentions.get(reference) ?? [];
    return [imageDraft(path, own, also), ...pullPolicies(path, own)];
  });
  const unfit = uses.filter((use) => !isImage(referenceOf(use)));
  return together([
    { drafts, left: unfit.flatMap(leftAlone) },
    { drafts: unfit.flatMap(pullPolicy), left: [] },
    pullSecrets(subject),
  ]);
}

function referenceOf({ container }: Use): string {
  const { image } = container.object;
  return typeof image === 'string' ? image : '';
}

function leftAlone({ workload: { resource }, container }: Use): readonly Left[] {
  const why = whyNone(asText(container.object['image'] ?? ''));
  return [{ kind: 'image', what: `${resource.kind}/${resource.name} ${container.name} image`, why }];
}

function whyNone(image: string): string {
  if (image === '') return 'it is empty: whoever runs the pod fills it in';
  if (image.includes('://')) return `${image} is no image that can be pulled, but what a build makes one of`;
  return /^[-\w./]*[A-Z]/.test(parseImage(image).repository)
    ? `${image} is no image that can be pulled: the name of a repository has no capitals`
    : `${image} is no image that can be pulled, but a placeholder, or has a tag or digest that is none`;
}

function imageDraft(path: string, uses: readonly Use[], mentions: readonly Mention[]): Draft {
  const [first] = uses;
  const workloads = new Set([
    ...uses.map(({ workload }) => workload.key),
    ...mentions.map(({ workload }) => workload),
  ]);
  const isOwn = workloads.size === 1 && first !== undefined;
  const token = mentions.find(({ isWhole }) => !isWhole)?.reference;
  return {
    kind: 'image',
    path,
    section: isOwn ? first.workload.section : sectionOf(path, uses),
    ...(isOwn && { workload: first.workload.key }),
    place: 'replace',
    form: 'image',
    ...(token !== undefined && { token }),
    spots: [
      ...uses.map(({ container }): Spot => ({ holder: container.holder, field: 'image' })),
      ...mentions.map(({ spot }) => spot),
    ],
  };
}

/** The path of each image's value. */
function pathsOf(
  runs: ReadonlyMap<string, readonly Use[]>,
  mentions: ReadonlyMap<string, readonly Mention[]>,
  { workloads }: Subject,
): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  const shared = [...runs].filter(([, uses]) => new Set(uses.map(({ workload }) => workload)).size > 1);
  for (const [reference, uses] of runs) {
    const owner = uses.find(({ container }) => container.isMain) ?? uses[0];
    if (owner !== undefined && !shared.some(([other]) => other === reference))
      paths.set(reference, below(owner.container.key, 'image'));
  }
  const lasting = workloads.filter((workload) => !ends(workload));
  const mainOfMost = shared.find(([, uses]) => {
    const mains = uses.filter(({ container, workload }) => container.isMain && lasting.includes(workload));
    return mains.length > 1 && mains.length * 2 > lasting.length;
  });
  if (mainOfMost !== undefined) paths.set(mainOfMost[0], 'image');
  // What else runs the image of one workload ends by itself.
  for (const [reference, uses] of shared) {
    const [owner, ...others] = uses.filter(({ workload }) => lasting.includes(workload));
    if (owner?.container.isMain === true && others.length === 0 && !paths.has(reference))
      paths.set(reference, below(owner.workload.key, 'image'));
  }
  const others = shared.filter(([reference]) => !paths.has(reference));
  const keys = distinct(
    others.map(([reference]) => reference),
    candidates,
    takenKeys(others, workloads),
  );
  for (const [reference, key] of keys) paths.set(reference, `${key}.image`);
  const outside = [...mentions.keys()].filter((reference) => !runs.has(reference)).toSorted();
  for (const [reference, key] of distinct(outside, candidates)) paths.set(reference, `images.${key}`);
  return new Map([...paths].toSorted(([, a], [, b]) => (a < b ? -1 : 1)));
}

/** Keys of other values and of workloads, but for one that is named like an image that its main container runs. */
function takenKeys(
  shared: readonly (readonly [reference: string, uses: readonly Use[]])[],
  workloads: readonly Workload[],
): ReadonlySet<string> {
  const own = new Set(
    shared.flatMap(([reference, uses]) =>
      uses
        .filter(({ container, workload }) => container.isMain && workload.key === candidates(reference)[0])
        .map(({ workload }) => workload.key),
    ),
  );
  return new Set([...OWN_KEYS, ...workloads.map(({ key }) => key).filter((key) => !own.has(key))]);
}

function candidates(reference: string): readonly string[] {
  const { repository, tag, registry } = parseImage(reference);
  const [base = 'image'] = repository.split('/').slice(-1);
  return [
    base,
    `${base}-image`,
    `${base}-${tag}`,
    `${repository}-${tag}`,
    `${registry}-${repository}-${tag}`,
  ].map(camel);
}

/** One list for all pods that have none of their own. */
function pullSecrets({ workloads }: Subject): Proposal {
  const bare = workloads.filter(({ podObject }) => !Object.hasOwn(podObject, 'imagePullSecrets'));
  const spots = bare.map(({ pod }): Spot => ({ holder: pod, field: 'imagePullSecrets', create: true }));
  const base = { kind: 'imagePullSecrets', form: 'yaml' } as const;
  const own = workloads.filter(
    (one) => !bare.includes(one) && objectsOnly(one.podObject['imagePullSecrets']),
  );
  return {
    drafts: [
      ...(spots.length === 0
        ? []
        : [
            {
              ...base,
              path: 'imagePullSecrets',
              section: workloads.length === 1 ? (workloads[0]?.section ?? '') : 'Images',
              place: 'drop',
              default: [],
              spots,
            } as const,
          ]),
      ...own.map(({ pod, key, section }): Draft => ({
        ...base,
        path: below(key, 'imagePullSecrets'),
        section,
        workload: key,
        place: 'replace',
        spots: [{ holder: pod, field: 'imagePullSecrets' }],
      })),
    ],
    left: [],
  };
}

function objectsOnly(list: unknown): boolean {
  return Array.isArray(list) && list.every(isObject);
}

/** Whether a text is one reference and nothing else. */
export function isReference(text: string): boolean {
  const [only, ...more] = imagesIn(text);
  return only === text && more.length === 0;
}

/** Texts outside of containers' `image` that name an image by its form. */
function mentionsIn(subject: Subject): readonly Mention[] {
  return subject.resources
    .filter(({ kind }) => !NO_IMAGES.has(kind))
    .flatMap((resource) => {
      const workload = subject.workloads.find((one) => one.resource === resource);
      const select = selectOf(resource, subject.resources);
      const whole = workload?.holder ?? { name: holderName(resource, subject.stems), select };
      const holders = [...(workload?.containers ?? []).map(({ holder }) => holder), whole];
      return textsIn(resource.object)
        .filter(({ keys }) => keys[0] !== 'metadata' && !runsImage(keys, workload))
        .filter(({ keys }) => workload !== undefined || isFree(resource, keys))
        .flatMap(({ text, path }) =>
          imagesIn(text).map((reference): Mention => {
            const isWhole = reference === text;
            const spot = innermost(holders, path);
            return { spot, reference, isWhole, workload: workload?.key };
          }),
        );
    });
}

/** The first holder that a field lies in, with the rest of its path. */
function innermost(holders: readonly Holder[], path: string): Spot {
  const holder = holders.find((one) => path.startsWith(`${pathOf(one, '')}.`)) ?? holders.at(-1);
  if (holder === undefined) throw new ChartError('BUG', `Nothing holds ${path}`);
  const at = pathOf(holder, '');
  return { holder, field: at === '' ? path : path.slice(at.length + 1) };
}

const NO_IMAGES = new Set(['CustomResourceDefinition', 'ClusterRole', 'Role']);

/** Whether the text is the image of a container, which is lifted as that. */
function runsImage(keys: readonly (string | number)[], workload: Workload | undefined): boolean {
  const list = keys.at(-3);
  return (
    workload !== undefined && keys.at(-1) === 'image' && (list === 'containers' || list === 'initContainers')
  );
}

/** Whether a text may mean anything: in data of a ConfigMap, or in an object that Kubernetes does not know. */
function isFree({ apiVersion, kind }: Resource, keys: readonly (string | number)[]): boolean {
  return kind === 'ConfigMap' ? keys[0] === 'data' : fieldAt(apiVersion, kind, []) === undefined;
}
