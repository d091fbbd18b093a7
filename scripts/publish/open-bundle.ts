import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { ChartError, messageOf } from '../errors.ts';
import { fetchManifest } from '../oci/copy.ts';
import { layoutStore, layoutTags, parseIndex, tagsOf } from '../oci/layout.ts';
import { childrenOf } from '../oci/manifest.ts';
import { isIndex } from '../oci/media-types.ts';
import { parseRegistryReference } from '../oci/reference.ts';
import type { ContentStore, Descriptor } from '../oci/store.ts';
import { HELM_CONFIG } from '../package/media-types.ts';
import type { BundleItem } from './bundle.ts';
import { extentStream, tarFiles, tarStore } from './tar-layout.ts';

/** A bundle's content and its tags. */
interface Opened {
  readonly source: ContentStore;
  readonly tags: ReadonlyMap<string, Descriptor>;
}

/**
 * What is in a bundle, a directory or a .tar, which is read where it is. Images first: a chart
 * that names an image which is not there starts nowhere.
 *
 * @throws OCI_LAYOUT when it is none, FILE_MISSING
 */
export async function openBundle(path: string): Promise<readonly BundleItem[]> {
  if (!existsSync(path)) throw new ChartError('FILE_MISSING', `There is no bundle ${path}`);
  const isFolder = (await stat(path)).isDirectory();
  const { source, tags } = isFolder
    ? { source: layoutStore(path), tags: await layoutTags(path) }
    : await openTar(path);
  const items = await Promise.all(
    [...tags].map(async ([reference, root]): Promise<BundleItem> => {
      const kind = (await isChart(source, root)) ? 'chart' : 'image';
      return { kind, ...parseName(reference, path), root, source };
    }),
  );
  if (items.length === 0) throw new ChartError('OCI_LAYOUT', `${path} holds nothing that could be published`);
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

async function isChart(store: ContentStore, root: Descriptor): Promise<boolean> {
  if (isIndex(root.mediaType)) return false;
  const children = childrenOf(
    await fetchManifest(store, root),
    root.mediaType,
    `${store.name}@${root.digest}`,
  );
  return children.some(({ mediaType }) => mediaType === HELM_CONFIG);
}
