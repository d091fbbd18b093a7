import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ChartError, messageOf } from '../errors.ts';
import { fileSystemError } from '../io/file-system.ts';
import { replaceFile } from '../io/files.ts';
import { withTemporaryFolder } from '../io/temporary.ts';
import { copy, fetchManifest, type CopyEvent } from '../oci/copy.ts';
import { layoutFiles, layoutStore, layoutTags } from '../oci/layout.ts';
import { childrenOf } from '../oci/manifest.ts';
import { isIndex } from '../oci/media-types.ts';
import { parseRegistryReference } from '../oci/reference.ts';
import type { ContentStore, Descriptor } from '../oci/store.ts';
import { HELM_CONFIG } from '../package/artifact.ts';

/** Something in a bundle: a chart or an image, by the name and tag under which it is published. */
export interface BundleItem {
  readonly kind: 'chart' | 'image';
  /** Last part of its repository. */
  readonly name: string;
  readonly tag: string;
  readonly root: Descriptor;
  readonly source: ContentStore;
}

/**
 * Writes a bundle: one OCI image layout with the chart and its images, or a tar of it when the
 * path ends in .tar. The same content gives the same bytes. What a layout holds already is kept,
 * so a bundle that was cut off goes on where it stopped.
 */
export async function writeBundle(
  path: string,
  items: readonly BundleItem[],
  onEvent: (event: CopyEvent) => void,
): Promise<void> {
  const isTar = path.endsWith('.tar');
  const directory = isTar ? `${path}.layout` : path;
  // The blobs of a run that was cut off are of use, its tags may be of another version.
  if (isTar) await rm(join(directory, 'index.json'), { force: true });
  const layout = layoutStore(directory);
  for (const { source, root, name, tag } of items) {
    await copy(source, layout, root, { tag: `${name}:${tag}`, onEvent });
  }
  if (!isTar) return;
  await packLayout(directory, path);
  await rm(directory, { recursive: true, force: true });
}

/**
 * Opens a bundle, a directory or a .tar, for as long as an action runs.
 *
 * @param action is given what is in it; images first: a chart that names an image which is not
 * there starts nowhere
 * @throws OCI_LAYOUT when it is none, FILE_MISSING
 */
export async function withBundle<T>(
  path: string,
  action: (items: readonly BundleItem[]) => Promise<T>,
): Promise<T> {
  if (!existsSync(path)) throw new ChartError('FILE_MISSING', `There is no bundle ${path}`);
  if ((await stat(path)).isDirectory()) return action(await itemsOf(path));
  const unpacked = async (directory: string): Promise<T> => {
    await unpack(path, directory);
    return action(await itemsOf(directory));
  };
  // Beside the file, where there is room for such things.
  return withTemporaryFolder('.bundle-', unpacked, dirname(path));
}

async function unpack(path: string, directory: string): Promise<void> {
  const { unpackTar } = await import('modern-tar/fs');
  try {
    await pipeline(createReadStream(path), unpackTar(directory, { strict: true, maxDepth: 8 }));
  } catch (cause) {
    throw (
      fileSystemError(cause, directory) ??
      new ChartError('OCI_LAYOUT', `${path} is no tar of an OCI image layout: ${messageOf(cause)}`, { cause })
    );
  }
}

async function itemsOf(directory: string): Promise<readonly BundleItem[]> {
  const source = layoutStore(directory);
  const tags = await layoutTags(directory);
  const items = await Promise.all(
    [...tags].map(async ([reference, root]): Promise<BundleItem> => {
      const { name, tag } = parseName(reference, directory);
      const kind = (await isChart(source, root)) ? 'chart' : 'image';
      return { kind, name, tag, root, source };
    }),
  );
  if (items.length === 0)
    throw new ChartError('OCI_LAYOUT', `${directory} holds nothing that could be published`);
  return items.toSorted((a, b) => (a.kind === b.kind ? 0 : a.kind === 'image' ? -1 : 1));
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

/**
 * Packs what the tags of a layout lead to, with sorted entries and fixed metadata, so that what
 * else is in the folder changes no byte; streams, so memory does not grow.
 */
async function packLayout(directory: string, file: string): Promise<void> {
  const { packTar } = await import('modern-tar/fs');
  const sources = (await layoutFiles(directory)).map((path) => ({
    type: 'file' as const,
    source: join(directory, path),
    target: path,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: new Date(0),
  }));
  await replaceFile(file, (temporary) => pipeline(packTar(sources), createWriteStream(temporary)));
}
