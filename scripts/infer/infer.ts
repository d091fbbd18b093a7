import { templatize } from '../chart/templatize.ts';
import { ChartError } from '../errors.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { nearest } from '../recipe/nearest.ts';
import type { Lock } from '../recipe/lock.ts';
import type { Entry } from '../recipe/entry.ts';
import type { ChartIdentity, UpstreamSource } from '../recipe/types.ts';
import { accountValues } from './accounts.ts';
import { configValues } from './config.ts';
import { containerValues } from './containers.ts';
import { documentValues } from './documents.ts';
import { together, VALUE_KINDS, type Draft, type Left, type ValueKind } from './draft.ts';
import { chartName, dnsName, identityOf } from './identity.ts';
import { imageValues } from './images.ts';
import { jobValues } from './jobs.ts';
import { otherKinds, type OtherKinds } from './kinds.ts';
import { namespaceValues } from './namespace.ts';
import { podValues } from './pods.ts';
import { serviceValues } from './services.ts';
import { readable } from './readable.ts';
import { entryOf, settle } from './settle.ts';
import { subjectOf, type Subject } from './subject.ts';
import { ends } from './workloads.ts';

export interface InferOptions {
  /** The chart's name, when the manifest shall not say it. */
  readonly name?: string;
  /** A name for a manifest that says none, for example its file's. */
  readonly fallback: string;
  /** Where the manifest is from. */
  readonly source: { readonly url: string; readonly version?: string };
  /** CustomResourceDefinitions as files of crds/: together with the rest they are more than a release can hold. */
  readonly crds?: 'folder';
  /** Kinds of values, or keys of workloads; empty: all. */
  readonly select?: readonly string[];
  /** Kinds of values, or keys of workloads. */
  readonly skip?: readonly string[];
}

/** A recipe for a manifest, before it is written. */
export interface Inference {
  readonly upstream: UpstreamSource;
  readonly chart: ChartIdentity;
  readonly crds?: 'folder';
  readonly drafts: readonly Draft[];
  readonly left: readonly Left[];
  /** Keys of the workloads, `''` for the only one. */
  readonly workloads: readonly { readonly key: string; readonly kind: string; readonly name: string }[];
  readonly kinds: OtherKinds;
}

const FAMILIES = [
  imageValues,
  podValues,
  containerValues,
  serviceValues,
  configValues,
  accountValues,
  documentValues,
  namespaceValues,
] as const;

/**
 * What of a manifest becomes values, by the types that Kubernetes gives its fields: names a person
 * would choose, independent of the order of documents. Every draft fits the manifest.
 */
export function infer(manifest: Manifest, options: InferOptions): Inference {
  const { version, url } = options.source;
  const name = options.name ?? chartName(manifest, dnsName(options.fallback));
  const kinds = otherKinds(manifest);
  const crds = kinds.defined.length > 0 ? 'folder' : options.crds;
  const subject = subjectOf(manifest, name, crds === 'folder');
  const chart = identityOf(subject, version);
  const upstream = { version: version ?? chart.appVersion, url };
  refuseUnknown(options, subject);
  const proposed = together(FAMILIES.map((family) => family(subject)));
  const asked = proposed.drafts.filter((draft) => isWanted(draft, options));
  const wanted = (options.select ?? []).length > 0 ? { drafts: asked, left: [] } : readable(asked);
  const frame = { chart, upstream, ...(crds !== undefined && { crds }) };
  const build = (entries: readonly Entry[]): unknown =>
    templatize(manifest, { ...frame, images: {}, entries }, NO_LOCK);
  const settled = settle([], inOrder(withHeldReferences(wanted.drafts), subject), build);
  const wantedJobs = jobValues(subject, settled.drafts);
  const jobs = settle(
    settled.drafts.map(entryOf),
    wantedJobs.drafts.filter((draft) => isWanted(draft, options)),
    build,
  );
  return {
    ...frame,
    drafts: inOrder([...settled.drafts, ...jobs.drafts], subject),
    left: [
      ...[...proposed.left, ...wantedJobs.left].filter((one) => isWanted(one, options)),
      ...wanted.left,
      ...settled.left,
      ...jobs.left,
    ],
    workloads: subject.workloads.map(({ key, resource: { kind, name: own } }) => ({ key, kind, name: own })),
    kinds,
  };
}

const NO_LOCK: Lock = { version: '0', url: '', sha256: '', documents: '', created: '', images: {} };

/** Throws USAGE for a word of --select or --skip that is neither a kind of value nor a workload. */
function refuseUnknown({ select = [], skip = [] }: InferOptions, { workloads }: Subject): void {
  const known = [...KIND_ORDER, ...workloads.map(({ key }) => key).filter((key) => key !== '')];
  const unknown = [...select, ...skip].find((word) => !known.includes(word));
  if (unknown === undefined) return;
  const guess = nearest(unknown, known);
  throw new ChartError(
    'USAGE',
    `${unknown} is no kind of value and no workload${guess === undefined ? '' : `; the nearest is ${guess}`}`,
    { hint: `There are: ${known.join(', ')}.` },
  );
}

function isWanted(
  { kind, workload }: { readonly kind: ValueKind; readonly workload?: string },
  { select = [], skip = [] }: InferOptions,
): boolean {
  const names = [kind, ...(workload === undefined || workload === '' ? [] : [workload])];
  const isNamed = (list: readonly string[]): boolean => names.some((name) => list.includes(name));
  return (select.length === 0 || isNamed(select)) && !isNamed(skip);
}

/** A mount refers to volumes of its pod only where these are values, too. */
function withHeldReferences(drafts: readonly Draft[]): readonly Draft[] {
  const paths = new Set(drafts.map(({ path }) => path));
  return drafts.map((draft) => {
    if (draft.refers === undefined || paths.has(draft.refers.to)) return draft;
    const { refers: _, ...rest } = draft;
    return rest;
  });
}

const KIND_ORDER = Object.keys(VALUE_KINDS);
const LAST_SECTIONS = [
  'Images of several',
  'Services',
  'Configuration',
  'Service accounts',
  'On and off',
  'Namespace',
  'All objects',
];

/** Images first, then each workload with its main container before its others, then what all share. */
function inOrder(drafts: readonly Draft[], { workloads }: Subject): readonly Draft[] {
  const sections = [
    'Images',
    ...workloads.filter((one) => !ends(one)).map(({ section }) => section),
    ...workloads.filter(ends).map(({ section }) => section),
    ...LAST_SECTIONS,
  ];
  const containers = workloads.flatMap((workload) => workload.containers.filter(({ isMain }) => !isMain));
  const owner = ({ path }: Draft): number =>
    containers.findLastIndex(({ key }) => path.startsWith(`${key}.`)) + 1;
  const rank = (draft: Draft): readonly number[] => [
    sections.indexOf(draft.section),
    owner(draft),
    KIND_ORDER.indexOf(draft.kind),
  ];
  return drafts
    .map((draft) => ({ draft, rank: rank(draft) }))
    .toSorted((a, b) => {
      const differing = a.rank.findIndex((number, i) => number !== b.rank[i]);
      return differing < 0 ? 0 : (a.rank[differing] ?? 0) - (b.rank[differing] ?? 0);
    })
    .map(({ draft }) => draft);
}

/** How many values of each kind there are. */
export function countByKind(drafts: readonly Draft[]): readonly (readonly [ValueKind, number])[] {
  return (KIND_ORDER as readonly ValueKind[])
    .map((kind) => [kind, drafts.filter((draft) => draft.kind === kind).length] as const)
    .filter(([, count]) => count > 0);
}
