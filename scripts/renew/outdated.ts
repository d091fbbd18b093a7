import { newerTags } from '../bump/versions.ts';
import { nameOf } from '../chart/pin.ts';
import { ChartError } from '../errors.ts';
import type { RepositoryName } from '../oci/opener.ts';
import type { RemoteStore } from '../oci/remote.ts';
import type { Lock, LockedImage } from '../recipe/lock.ts';
import type { Recipe } from '../recipe/types.ts';

/** Something that is not as it was when the project was last looked after. */
export type Finding =
  /** Upstream has newer versions, the newest first. */
  | { readonly kind: 'upstream'; readonly version: string; readonly newer: readonly string[] }
  /** The repository of an image has newer tags of the same kind. */
  | (OfImage & { readonly kind: 'image'; readonly newer: readonly string[] })
  /** The tag of a pinned image names another digest, or none. */
  | (OfImage & { readonly kind: 'digest'; readonly pinned: string; readonly found: string | undefined })
  /** The chart's version is published, and not what the project makes. */
  | {
      readonly kind: 'chart';
      /** `HOST/OWNER/NAME:VERSION`. */
      readonly chart: string;
      readonly published: string;
      readonly built: string;
    };

interface OfImage {
  /** Path of its value. */
  readonly path: string;
  /** `HOST/REPOSITORY:TAG`. */
  readonly image: string;
}

/** What could not be found out. */
interface Unknown {
  readonly what: string;
  readonly error: ChartError;
}

/** All that was looked at. */
export interface Watch {
  readonly findings: readonly Finding[];
  readonly unknown: readonly Unknown[];
  /** What was asked and is as it was, for people. */
  readonly current: readonly string[];
}

/** What is outside. */
export interface WatchPorts {
  /** The tags of upstream's repository. */
  readonly tags: () => Promise<readonly string[]>;
  readonly open: (name: RepositoryName) => Promise<RemoteStore>;
  /** Where the chart is published, and what the project makes of it; undefined: nowhere. */
  readonly chart: (() => Promise<PublishedChart>) | undefined;
}

export interface PublishedChart {
  readonly at: RepositoryName;
  readonly version: string;
  readonly digest: string;
}

/** What one question came to. */
interface Answer {
  readonly what: string;
  readonly found: readonly Finding[] | ChartError;
}

/** Asks upstream and the registries whether the project is still up to date; each question by itself. */
export async function watch(
  recipe: Pick<Recipe, 'upstream'>,
  lock: Pick<Lock, 'images'>,
  { tags, open, chart }: WatchPorts,
): Promise<Watch> {
  const { version } = recipe.upstream;
  const answers = await Promise.all([
    asked(`upstream ${version}`, async () => newerUpstream(version, await tags())),
    ...Object.entries(lock.images).map(([path, image]) =>
      asked(`${path} ${nameOf(image)}`, async () => ofImage(path, image, await open(image))),
    ),
    ...(chart === undefined ? [] : [asked('the published chart', () => ofChart(chart, open))]),
  ]);
  return {
    findings: answers.flatMap(({ found }) => (found instanceof ChartError ? [] : found)),
    unknown: answers.flatMap(({ what, found }) =>
      found instanceof ChartError ? [{ what, error: found }] : [],
    ),
    current: answers.flatMap(({ what, found }) =>
      found instanceof ChartError || found.length > 0 ? [] : [what],
    ),
  };
}

async function asked(what: string, ask: () => Promise<readonly Finding[]>): Promise<Answer> {
  try {
    return { what, found: await ask() };
  } catch (error) {
    if (!(error instanceof ChartError) || error.code === 'BUG') throw error;
    return { what, found: error };
  }
}

function newerUpstream(version: string, tags: readonly string[]): readonly Finding[] {
  const newer = newerTags(version, tags);
  return newer.length === 0 ? [] : [{ kind: 'upstream', version, newer }];
}

async function ofImage(path: string, locked: LockedImage, store: RemoteStore): Promise<readonly Finding[]> {
  const image = nameOf(locked);
  const [tags, named] = await Promise.all([store.tags(), store.resolve(locked.tag)]);
  const newer = newerTags(locked.tag, tags);
  const isMoved = named?.digest !== locked.digest;
  return [
    ...(newer.length === 0 ? [] : [{ kind: 'image' as const, path, image, newer }]),
    ...(isMoved
      ? [{ kind: 'digest' as const, path, image, pinned: locked.digest, found: named?.digest }]
      : []),
  ];
}

async function ofChart(
  chart: () => Promise<PublishedChart>,
  open: WatchPorts['open'],
): Promise<readonly Finding[]> {
  const { at, version, digest } = await chart();
  const published = await (await open(at)).resolve(version);
  // What is not published yet is no news.
  if (published === undefined || published.digest === digest) return [];
  const name = `${at.registry}/${at.repository}:${version}`;
  return [{ kind: 'chart', chart: name, published: published.digest, built: digest }];
}
