import type { ChartFiles } from '../assemble/assemble.ts';
import { ChartError } from '../errors.ts';
import { fetchManifest } from '../oci/copy.ts';
import { readAll } from '../oci/digest.ts';
import { childrenOf } from '../oci/manifest.ts';
import { isIndex } from '../oci/media-types.ts';
import type { ContentStore, Descriptor } from '../oci/store.ts';
import { unpackArchive } from '../package/archive.ts';
import { HELM_CHART } from '../package/artifact.ts';
import type { PublishPlan } from './plan.ts';
import type { Publication } from './publication.ts';

/**
 * Refuses a tag that is released with other content, and says in which files of the chart.
 * There is no flag to override it: a released version never changes.
 *
 * @throws PUBLISH_CONFLICT when the plan is a conflict
 */
export async function refuseConflict(publication: Publication, plan: PublishPlan): Promise<void> {
  if (plan.state !== 'conflict') return;
  const { source, root, target, tag } = publication;
  const published = await target.resolve(tag);
  const before = published === undefined ? new Map<string, string>() : await chartFiles(target, published);
  const after = await chartFiles(source, root);
  throw new ChartError(
    'PUBLISH_CONFLICT',
    [
      `${plan.target}:${plan.tag} is published with another content`,
      `  published  ${plan.found ?? ''}`,
      `  this one   ${plan.digest}`,
      ...fileChanges(before, after).map((change) => `  ${change}`),
    ].join('\n'),
  );
}

/** The files of the chart that a manifest names; none when it names no chart. */
async function chartFiles(store: ContentStore, root: Descriptor): Promise<ChartFiles> {
  if (isIndex(root.mediaType)) return new Map();
  const children = childrenOf(
    await fetchManifest(store, root),
    root.mediaType,
    `${store.name}@${root.digest}`,
  );
  const layer = children.find(({ mediaType }) => mediaType === HELM_CHART);
  return layer === undefined
    ? new Map()
    : unpackArchive(await readAll(await store.fetch(layer), layer, store.name));
}

/** One line for each file that differs: `changed`, `added` or `removed` and its path. */
export function fileChanges(before: ChartFiles, after: ChartFiles): readonly string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return paths.flatMap((path) => {
    if (before.get(path) === after.get(path)) return [];
    return [`${!before.has(path) ? 'added' : !after.has(path) ? 'removed' : 'changed'}  ${path}`];
  });
}
