import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { ChartError, messageOf } from '../errors.ts';
import { layoutStore, layoutTags, parseIndex, tagsOf } from '../oci/layout.ts';
import { parseRegistryReference } from '../oci/reference.ts';
import type { ContentStore, Descriptor } from '../oci/store.ts';
import type { BundleItem } from './bundle.ts';
import { chartConfig, type ChartConfig } from './chart-config.ts';
import { extentStream, tarFiles, tarStore } from './tar-layout.ts';

/** A bundle's content and its tags. */
interface Opened {
  readonly source: ContentStore;
  readonly tags: ReadonlyMap<string, Descriptor>;
}

/** Something in a bundle that was opened. */
export interface OpenedItem extends BundleItem {
  /** The images that a chart names. */
  readonly images: ChartConfig['images'];
}

/**
 * What is in a bundle, a directory or a .tar, which is read where it is. Images first: a chart
 * that names an image which is not there starts nowhere.
 *
 * @throws OCI_LAYOUT when it is none, is half written, or names a chart other than the chart does
 * itself; FILE_MISSING
 */
export async function openBundle(path: string): Promise<readonly OpenedItem[]> {
  if (!existsSync(path)) throw new ChartError('FILE_MISSING', `There is no bundle ${path}`);
  const isFolder = (await stat(path)).isDirectory();
  const { source, tags } = isFolder
    ? { source: layoutStore(path), tags: await layoutTags(path) }
    : await openTar(path);
  const items = await Promise.all(
    [...tags].map(async ([reference, root]): Promise<OpenedItem> => {
      const name = parseName(reference, path);
      const chart = await chartConfig(source, root);
      if (chart === undefined) return { kind: 'image', ...name, root, source, images: [] };
      refuseMisnamed(chart, name, path);
      return { kind: 'chart', ...name, root, source, images: chart.images };
    }),
  );
  // The chart is written last, so what has none was cut off.
  if (!items.some(({ kind }) => kind === 'chart'))
    throw new ChartError('OCI_LAYOUT', `${path} holds no chart, so it is no bundle, or was cut off`, {
      hint: 'Run npm run bundle again: it goes on where it stopped.',
    });
  return items.toSorted((a, b) => (a.kind === b.kind ? 0 : a.kind === 'image' ? -1 : 1));
}

async function openTar(path: string): Promise<Opened> {
  const files = await tarFiles(path);
  const index = files.get('index.json');
  if (index === undefined)
    throw new ChartError('OCI_LAYOUT', `${path} has no index.json, so it is no tar of an OCI image layout`);
  const json = await text(extentStream(path, index));
  return { source: tarStore(path, files), tags: tagsOf(parseIndex(json, `index.json of ${path}`)) };
}

/**
 * NAME:TAG as registries take it: somebody else may have made the bundle, and a name like
 * `../x` would lead out of the owner's repositories.
 */
function parseName(reference: string, where: string): Pick<BundleItem, 'name' | 'tag'> {
  const words = `${where} names ${JSON.stringify(reference)}, expected NAME:TAG`;
  try {
    const { repository, tag, digest } = parseRegistryReference(`oci://bundle/${reference}`);
    if (tag !== undefined && digest === undefined) return { name: repository, tag };
  } catch (cause) {
    throw new ChartError('OCI_LAYOUT', `${words}: ${messageOf(cause)}`, { cause });
  }
  throw new ChartError('OCI_LAYOUT', words);
}

/**
 * A tag that names another chart than it leads to would take that version from the chart that it
 * belongs to, for good. Helm writes a version's + as _ into a tag.
 */
function refuseMisnamed(
  { name, version }: ChartConfig,
  item: Pick<BundleItem, 'name' | 'tag'>,
  where: string,
) {
  if (item.name === name && item.tag === version.replaceAll('+', '_')) return;
  throw new ChartError('OCI_LAYOUT', `${where} names ${item.name}:${item.tag} what is ${name} ${version}`, {
    hint: `Tag it ${name}:${version} in the bundle, or make the bundle by npm run bundle.`,
  });
}
