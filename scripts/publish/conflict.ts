import { ChartError } from '../errors.ts';
import { fetchManifest } from '../oci/copy.ts';
import { readAll } from '../oci/digest.ts';
import { childrenOf } from '../oci/manifest.ts';
import type { ContentStore } from '../oci/store.ts';
import { unpackArchive } from '../package/archive.ts';
import { HELM_CHART, type Artifact } from '../package/artifact.ts';
import type { ChartFiles } from '../assemble/assemble.ts';
import type { PublishPlan } from './plan.ts';

/**
 * Refuses a version that is released with other content, and says in which files.
 * There is no flag to override it: a released version never changes.
 *
 * @throws PUBLISH_CONFLICT when the plan is a conflict
 */
export async function refuseConflict(
  artifact: Artifact,
  target: ContentStore,
  plan: PublishPlan,
): Promise<void> {
  if (plan.state !== 'conflict') return;
  const ours = await unpackArchive(artifact.chart.bytes);
  const theirs = await publishedFiles(target, plan.tag);
  throw new ChartError(
    'PUBLISH_CONFLICT',
    [
      `${plan.target}:${plan.tag} is published with another content`,
      `  published  ${plan.found ?? ''}`,
      `  this one   ${plan.digest}`,
      ...fileChanges(theirs, ours).map((change) => `  ${change}`),
    ].join('\n'),
  );
}

async function publishedFiles(target: ContentStore, tag: string): Promise<ChartFiles> {
  const root = await target.resolve(tag);
  if (root === undefined) return new Map();
  const layers = childrenOf(await fetchManifest(target, root), root.mediaType, `${target.name}:${tag}`);
  const layer = layers.find(({ mediaType }) => mediaType === HELM_CHART);
  if (layer === undefined) return new Map();
  return unpackArchive(await readAll(await target.fetch(layer), layer, target.name));
}

/** One line for each file that differs: `changed`, `added` or `removed` and its path. */
export function fileChanges(before: ChartFiles, after: ChartFiles): readonly string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return paths.flatMap((path) => {
    if (before.get(path) === after.get(path)) return [];
    return [`${!before.has(path) ? 'added' : !after.has(path) ? 'removed' : 'changed'}  ${path}`];
  });
}
