import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ChartError, messageOf } from '../errors.ts';
import { copy, fetchManifest, type CopyEvent } from '../oci/copy.ts';
import { layoutStore, layoutTags } from '../oci/layout.ts';
import { childrenOf } from '../oci/manifest.ts';
import { isIndex } from '../oci/media-types.ts';
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

/** A bundle that is open for reading. */
export interface Bundle {
  /** Images first: a chart that names an image which is not there starts nowhere. */
  readonly items: readonly BundleItem[];
  /** Removes what opening it needed. */
  close(): Promise<void>;
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
  const layout = layoutStore(directory);
  for (const { source, root, name, tag } of items) {
    await copy(source, layout, root, { tag: `${name}:${tag}`, onEvent });
  }
  if (!isTar) return;
  await packLayout(directory, path);
  await rm(directory, { recursive: true, force: true });
}

/** Opens a bundle, a directory or a .tar. Throws OCI_LAYOUT when it is none. */
export async function openBundle(path: string): Promise<Bundle> {
  if (!existsSync(path)) throw new ChartError('FILE_MISSING', `There is no bundle ${path}`);
  if ((await stat(path)).isDirectory()) return { items: await itemsOf(path), close: async () => undefined };
  const directory = await mkdtemp(join(dirname(path), '.bundle-'));
  const close = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const { unpackTar } = await import('modern-tar/fs');
    await pipeline(createReadStream(path), unpackTar(directory, { strict: true, maxDepth: 8 }));
    return { items: await itemsOf(directory), close };
  } catch (cause) {
    await close();
    if (cause instanceof ChartError) throw cause;
    throw new ChartError('OCI_LAYOUT', `${path} is no tar of an OCI image layout: ${messageOf(cause)}`, {
      cause,
    });
  }
}

async function itemsOf(directory: string): Promise<readonly BundleItem[]> {
  const source = layoutStore(directory);
  const tags = await layoutTags(directory);
  const items = await Promise.all(
    [...tags].map(async ([reference, root]): Promise<BundleItem> => {
      const colon = reference.lastIndexOf(':');
      if (colon < 1)
        throw new ChartError('OCI_LAYOUT', `${directory} names "${reference}", expected NAME:TAG`);
      const kind = (await isChart(source, root)) ? 'chart' : 'image';
      return { kind, name: reference.slice(0, colon), tag: reference.slice(colon + 1), root, source };
    }),
  );
  if (items.length === 0)
    throw new ChartError('OCI_LAYOUT', `${directory} holds nothing that could be published`);
  return items.toSorted((a, b) => (a.kind === b.kind ? 0 : a.kind === 'image' ? -1 : 1));
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

/** Packs a layout with sorted entries and fixed metadata; streams, so memory does not grow. */
async function packLayout(directory: string, file: string): Promise<void> {
  const { packTar } = await import('modern-tar/fs');
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.lock'))
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .toSorted();
  const sources = paths.map((path) => ({
    type: 'file' as const,
    source: join(directory, path),
    target: path,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: new Date(0),
  }));
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await pipeline(packTar(sources), createWriteStream(temporary));
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}
