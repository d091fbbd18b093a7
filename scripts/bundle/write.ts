import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartError } from '../errors.ts';
import { withLock } from '../io/lock.ts';
import { plainFiles, refuseOdd } from '../io/plain-files.ts';
import { copy, type CopyEvent } from '../oci/copy.ts';
import { layoutFiles, layoutStore, readIndex, tagsOf } from '../oci/layout.ts';
import type { ContentStore, Descriptor } from '../oci/store.ts';
import { packLayout } from './pack-layout.ts';
import { refuseShared } from '../publish/repositories.ts';

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
 * path ends in .tar. The same content gives the same bytes, whatever was there. A bundle that
 * was cut off goes on where it stopped. The chart is the last of `items`, by which one sees that
 * a bundle is whole.
 *
 * @throws REGISTRY_REFERENCE when two items have one name, OCI_LAYOUT when a folder holds
 * something else, or another process writes there, FILE_SYSTEM for a link or a device in it or in its place
 */
export async function writeBundle(
  path: string,
  items: readonly BundleItem[],
  onEvent: (event: CopyEvent) => void,
): Promise<void> {
  const isTar = path.endsWith('.tar');
  const directory = isTar ? `${path}.layout` : path;
  await refuseOdd(path);
  refuseShared(
    items.map(({ kind, source, name }) => ({ what: `the ${kind} ${source.name}`, repository: name })),
  );
  const write = async (): Promise<void> => {
    await refuseOther(directory, isTar ? undefined : items);
    // The blobs of a run that was cut off are of use; its index may have more than this bundle.
    await rm(join(directory, 'index.json'), { force: true });
    const layout = layoutStore(directory);
    for (const { source, root, name, tag } of items) {
      await copy(source, layout, root, { tag: `${name}:${tag}`, onEvent });
    }
    if (!isTar) return dropRest(directory);
    await packLayout(directory, path);
    await rm(directory, { recursive: true, force: true });
  };
  await withLock(`${directory}.lock`, write, 0);
}

/**
 * A folder may hold a bundle that was cut off, but nothing else: what somebody keeps there is
 * neither replaced nor dropped.
 *
 * @param items undefined for the folder beside a .tar, where a bundle of another version may be left
 */
async function refuseOther(directory: string, items: readonly BundleItem[] | undefined): Promise<void> {
  const refuse = (reason: string): never => {
    throw new ChartError('OCI_LAYOUT', `${directory} ${reason}`, {
      hint: 'Name another --output, or remove the folder.',
    });
  };
  await plainFiles(directory);
  const names = await readdir(directory).catch(() => []);
  const other = names.find((name) => !/^(?:blobs|oci-layout|index\.json)(?:\..*)?$/.test(name));
  if (other !== undefined) refuse(`holds ${other}, which is of no bundle`);
  const index = await readIndex(directory);
  const tags = tagsOf(index);
  // As skopeo copy oci:FOLDER writes it.
  if (tags.size < index.manifests.length)
    refuse('holds content without a tag of its own, which is of no bundle');
  if (items === undefined) return;
  const wanted = new Map(items.map(({ name, tag, root }) => [`${name}:${tag}`, root.digest]));
  for (const [tag, { digest }] of tags) {
    if (!wanted.has(tag)) refuse(`holds ${tag}, which is not of this bundle`);
    if (wanted.get(tag) !== digest) refuse(`holds ${tag} as ${digest}, this one is ${wanted.get(tag) ?? ''}`);
  }
}

/** Drops the blobs that no tag leads to, of which a bundle that was cut off leaves some. */
async function dropRest(directory: string): Promise<void> {
  const files = new Set(await layoutFiles(directory));
  const blobs = await readdir(join(directory, 'blobs', 'sha256'));
  const rest = blobs.filter((name) => /^[0-9a-f]{64}$/.test(name) && !files.has(`blobs/sha256/${name}`));
  await Promise.all(rest.map((name) => rm(join(directory, 'blobs', 'sha256', name))));
}
