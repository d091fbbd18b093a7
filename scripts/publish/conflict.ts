import type { ChartFiles } from '../chart/assemble.ts';
import { ChartError, messageOf } from '../errors.ts';
import { fetchManifest } from '../oci/copy.ts';
import { childrenOf, LARGEST_MANIFEST } from '../oci/manifest.ts';
import { isIndex } from '../oci/media-types.ts';
import type { ContentStore, Descriptor } from '../oci/store.ts';
import { fetchWhole } from '../oci/whole.ts';
import { HELM_CHART } from '../package/media-types.ts';
import type { PlannedJob } from './job.ts';

/** Raising the chart's version moves no image. */
const IMAGE_HINT =
  'The chart names images by digest, so a tag may have any name: remove this one from the registry, or mirror under another owner.';

/**
 * Refuses a tag that is released with other content, and says what differs. There is no flag to
 * override it: a released version never changes.
 *
 * @throws PUBLISH_CONFLICT when the plan is a conflict
 */
export async function refuseConflict({ kind, publication, plan }: PlannedJob): Promise<void> {
  if (plan.state !== 'conflict') return;
  throw new ChartError(
    'PUBLISH_CONFLICT',
    [
      `${plan.target}:${plan.tag} is published with another content`,
      `  published  ${plan.found ?? ''}`,
      `  this one   ${plan.digest}`,
      ...(kind === 'chart' ? shortened(await differences(publication)) : []).map((line) => `  ${line}`),
    ].join('\n'),
    kind === 'image' ? { hint: IMAGE_HINT } : {},
  );
}

/** Lines of a report, and characters of a line, that a person reads; what is published may be anybody's. */
const [MOST_LINES, LONGEST_LINE] = [100, 400];

function shortened(lines: readonly string[]): readonly string[] {
  const shown = lines
    .slice(0, MOST_LINES)
    .map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line));
  return lines.length > MOST_LINES ? [...shown, `and ${lines.length - MOST_LINES} more`] : shown;
}

/** What of a chart differs. The digests say that something does; that this cannot be told is no other error. */
async function differences({
  source,
  root,
  target,
  tag,
}: PlannedJob['publication']): Promise<readonly string[]> {
  try {
    const published = await target.resolve(tag);
    if (published === undefined) return ['the tag is gone meanwhile'];
    const [before, after] = await Promise.all([openChart(target, published), openChart(source, root)]);
    if (before === undefined || after === undefined) return ['what is published is no Helm chart'];
    const files = fileChanges(before.files, after.files);
    if (files.length > 0) return files;
    return ['the files of the two charts are equal', ...memberChanges(before.members, after.members)];
  } catch (error) {
    return [`what differs cannot be told: ${messageOf(error).replaceAll(/\s*\n\s*/g, ' ')}`];
  }
}

/** A published chart: its files, and what else its digest is made of. */
interface OpenChart {
  readonly files: ChartFiles;
  /** JSON by name: members of the manifest and of the configuration, each annotation. */
  readonly members: ReadonlyMap<string, string>;
}

/** Undefined when a manifest names no chart. */
async function openChart(store: ContentStore, root: Descriptor): Promise<OpenChart | undefined> {
  if (isIndex(root.mediaType)) return undefined;
  const bytes = await fetchManifest(store, root);
  const children = childrenOf(bytes, root.mediaType, `${store.name}@${root.digest}`);
  const layer = children.find(({ mediaType }) => mediaType === HELM_CHART);
  const [config] = children;
  if (layer === undefined || config === undefined) return undefined;
  const { LARGEST_CHART, unpackArchive } = await import('../package/archive.ts');
  const [archive, configuration] = await Promise.all([
    fetchWhole(store, layer, LARGEST_CHART),
    fetchWhole(store, config, LARGEST_MANIFEST),
  ]);
  const { annotations = {}, config: _, ...manifest } = json(bytes);
  const members = [
    ...named('manifest: ', manifest),
    ...named('annotation ', annotations as object),
    ...named('config: ', json(configuration)),
  ];
  return { files: await unpackArchive(archive), members: new Map(members) };
}

function json(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  return JSON.parse(new TextDecoder().decode(bytes)) as Readonly<Record<string, unknown>>;
}

function named(prefix: string, members: object): readonly (readonly [string, string])[] {
  return Object.entries(members).map(([key, value]) => [`${prefix}${key}`, JSON.stringify(value)] as const);
}

function memberChanges(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  const changed = names.filter((name) => before.get(name) !== after.get(name));
  return changed.map(
    (name) => `${name}  ${before.get(name) ?? 'not there'} and ${after.get(name) ?? 'not there'}`,
  );
}

/** One line for each file that differs: `changed`, `added` or `removed` and its path. */
export function fileChanges(before: ChartFiles, after: ChartFiles): readonly string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return paths.flatMap((path) => {
    if (before.get(path) === after.get(path)) return [];
    return [`${!before.has(path) ? 'added' : !after.has(path) ? 'removed' : 'changed'}  ${path}`];
  });
}
