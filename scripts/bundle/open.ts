import { stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { ChartError, messageOf } from '../errors.ts';
import { textInside } from '../io/inside.ts';
import { LARGEST_MANIFEST } from '../oci/manifest.ts';
import { layoutStore, parseIndex, tagsOf } from '../oci/layout.ts';
import { isManifest } from '../oci/media-types.ts';
import { parseRegistryReference } from '../recipe/reference.ts';
import type { ContentStore, Descriptor } from '../oci/store.ts';
import type { BundleItem } from './write.ts';
import { chartConfig, type ChartConfig } from './chart-config.ts';
import { extentStream, tarFiles, tarStore } from './tar-layout.ts';

/** A bundle's content, and the small files that tell what it is. */
interface Opened {
  readonly source: ContentStore;
  readonly read: (name: string) => Promise<string>;
}

/** Something in a bundle that was opened. */
export interface OpenedItem extends BundleItem {
  /** Undefined for an image. */
  readonly chart: ChartConfig | undefined;
}

/**
 * What is in a bundle, a directory or a .tar, which is read where it is. Images first: a chart
 * that names an image which is not there starts nowhere.
 *
 * @throws OCI_LAYOUT when it is none, is half written, or names a chart other than the chart does
 * itself; FILE_MISSING
 */
export async function openBundle(path: string): Promise<readonly OpenedItem[]> {
  const { source, read } = await open(path);
  checkMarker(await read('oci-layout'), path);
  const tags = tagsOf(parseIndex(await read('index.json'), `index.json of ${path}`));
  if (tags.size > MOST_ITEMS)
    throw new ChartError('OCI_LAYOUT', `${path} names ${tags.size} things, more than ${MOST_ITEMS}`);
  const items: OpenedItem[] = [];
  for (const [reference, root] of tags) items.push(await openItem(reference, { source, root, path }));
  // The chart is written last, so what has none was cut off.
  if (!items.some(({ kind }) => kind === 'chart'))
    throw new ChartError('OCI_LAYOUT', `${path} holds no chart, so it is no bundle, or was cut off`, {
      hint: 'Run npm run bundle again: it goes on where it stopped.',
    });
  return items.toSorted((a, b) => (a.kind === b.kind ? 0 : a.kind === 'image' ? -1 : 1));
}

/** Charts and images that one bundle may have; all of them are looked at before one is published. */
const MOST_ITEMS = 256;

interface Item {
  readonly source: ContentStore;
  readonly root: Descriptor;
  /** Of the bundle. */
  readonly path: string;
}

async function openItem(reference: string, { source, root, path }: Item): Promise<OpenedItem> {
  const name = parseName(reference, path);
  if (!isManifest(root.mediaType))
    throw new ChartError('OCI_LAYOUT', `${path} names ${reference} what is ${root.mediaType}, no manifest`);
  const chart = await chartConfig(source, root);
  if (chart !== undefined) refuseMisnamed(chart, name, path);
  return { kind: chart === undefined ? 'image' : 'chart', ...name, root, source, chart };
}

async function open(path: string): Promise<Opened> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) throw new ChartError('FILE_MISSING', `There is no bundle ${path}`);
  if (stats.isDirectory()) {
    const read = async (name: string): Promise<string> =>
      (await textInside(path, name, LARGEST_MANIFEST)) ?? notThere(path, name);
    return { source: layoutStore(path), read };
  }
  // A FIFO would be waited for, a device may never end.
  if (!stats.isFile()) throw new ChartError('OCI_LAYOUT', `${path} is neither a file nor a folder`);
  const files = await tarFiles(path);
  const read = async (name: string): Promise<string> => {
    const found = files.get(name) ?? notThere(path, name);
    if (found.size <= LARGEST_MANIFEST) return text(extentStream(path, found));
    throw new ChartError(
      'OCI_LAYOUT',
      `${name} of ${path} has ${found.size} bytes, more than ${LARGEST_MANIFEST}`,
    );
  };
  return { source: tarStore(path, files), read };
}

function notThere(path: string, name: string): never {
  throw new ChartError('OCI_LAYOUT', `${path} has no ${name}, so it is no OCI image layout`);
}

/** The file by which a layout is known, with the version that this reads (image-spec v1.1, image-layout.md). */
function checkMarker(marker: string, path: string): void {
  if (/^\s*\{\s*"imageLayoutVersion"\s*:\s*"1\.0\.0"\s*\}\s*$/.test(marker)) return;
  throw new ChartError(
    'OCI_LAYOUT',
    `oci-layout of ${path} is ${JSON.stringify(marker.slice(0, LONGEST))}, expected {"imageLayoutVersion":"1.0.0"}`,
  );
}

/** Characters of a name with its tag, and more than messages quote. */
const LONGEST = 400;

/**
 * NAME:TAG as registries take it: somebody else may have made the bundle, and a name like
 * `../x` would lead out of the owner's repositories.
 */
function parseName(reference: string, where: string): Pick<BundleItem, 'name' | 'tag'> {
  const words = `${where} names ${JSON.stringify(reference.slice(0, LONGEST))}, expected NAME:TAG`;
  if (reference.length > LONGEST) throw new ChartError('OCI_LAYOUT', words);
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
