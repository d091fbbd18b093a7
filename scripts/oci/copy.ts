import { ChartError, messageOf } from '../errors.ts';
import { readAll, streamOf, verified } from './digest.ts';
import { childrenOf, entriesOf, LARGEST_MANIFEST, platformText } from './manifest.ts';
import { identityOf, isIndex, isManifest } from './media-types.ts';
import type { ByteStream } from '../io/byte-stream.ts';
import type { ContentStore, Descriptor } from './store.ts';
import { allOrFirstError, limiter, untilError, type Step } from './work.ts';

/** What happened to one piece of content. */
export interface CopyEvent {
  readonly action: 'skip' | 'mount' | 'upload' | 'progress';
  readonly descriptor: Descriptor;
  /** With `progress`: bytes since the last event of this descriptor. */
  readonly bytes: number;
}

export interface CopyOptions {
  /** Written last, when everything that it leads to is there. */
  readonly tag?: string;
  /** Blobs that move at the same time. */
  readonly concurrency?: number;
  /** Repository of the target's registry from which blobs may be mounted. */
  readonly mountFrom?: string;
  /** Look below manifests that are there, too: a store may have lost what they name. */
  readonly deep?: boolean;
  readonly onEvent?: (event: CopyEvent) => void;
}

const CONCURRENCY = 4;

/**
 * Copies a graph of content from one store to another, as oras-go does: children before
 * parents, what exists is skipped, blobs are mounted where they can be and streamed
 * otherwise, every digest and size is checked, the tag is written last. So it is
 * idempotent, and what it leaves behind when it is cut off is only content without a tag.
 * After the first error nothing more is begun; what is on its way may end.
 *
 * @throws OCI_COPY with the side that failed; OCI_MANIFEST for a document that leads readers to
 *   different content; what a store throws
 */
export async function copy(
  source: ContentStore,
  target: ContentStore,
  root: Descriptor,
  options: CopyOptions = {},
): Promise<void> {
  const limit = limiter(options.concurrency ?? CONCURRENCY);
  const step = untilError();
  const running = new Map<string, Promise<void>>();
  const read = manifestReader(source);
  const once = (descriptor: Descriptor, depth: number): Promise<void> => {
    const identity = identityOf(descriptor);
    const known = running.get(identity);
    if (known !== undefined) return known;
    const started = isManifest(descriptor.mediaType)
      ? copyManifest(descriptor, depth)
      : limit(() => step(() => copyBlob(source, target, descriptor, options, step)));
    running.set(identity, started);
    return started;
  };
  const copyManifest = async (descriptor: Descriptor, depth: number): Promise<void> => {
    const there = (): Promise<boolean> => target.exists(descriptor);
    const skipped = await step(() => onSide('target', target, descriptor, there));
    if (skipped) options.onEvent?.({ action: 'skip', descriptor, bytes: 0 });
    if (skipped && options.deep !== true) return;
    const { bytes, children } = await step(() => read(descriptor, depth));
    await allOrFirstError(children.map((child) => once(child, depth + 1)));
    if (skipped) return;
    const store = (): Promise<void> => target.push(descriptor, async () => streamOf(bytes));
    await step(() => onSide('target', target, descriptor, store));
    options.onEvent?.({ action: 'upload', descriptor, bytes: descriptor.size });
  };
  // A blob has no tag, whatever a list of a layout says.
  if (!isManifest(root.mediaType))
    throw new ChartError(
      'OCI_MANIFEST',
      `${source.name}@${root.digest} is described as ${root.mediaType}, which is of no manifest`,
    );
  await once(root, 1);
  const { tag } = options;
  if (tag !== undefined) await onSide('target', target, root, () => target.tag(root, tag));
}

/** The pieces of a graph, children before parents; one digest may be there as a blob and as a manifest. */
export async function graphOf(store: ContentStore, root: Descriptor): Promise<readonly Descriptor[]> {
  const seen = new Map<string, Descriptor>();
  const read = manifestReader(store);
  const visit = async (descriptor: Descriptor, depth: number): Promise<void> => {
    const identity = identityOf(descriptor);
    if (seen.has(identity)) return;
    if (isManifest(descriptor.mediaType)) {
      const { children } = await read(descriptor, depth);
      for (const child of children) await visit(child, depth + 1);
    }
    seen.set(identity, descriptor);
  };
  await visit(root, 1);
  return [...seen.values()];
}

/** Levels of a graph; a signature of a signature of an index for several platforms has five. */
const DEEPEST = 32;
/** Bytes of all manifests of a graph, which are held at once; a large index has some hundred KiB below it. */
const MOST_MANIFESTS = 16 * 1024 * 1024;

/** Reads the manifests of one graph, none of which is as deep or as large as no image is. */
function manifestReader(store: ContentStore) {
  let read = 0;
  return async (descriptor: Descriptor, depth: number) => {
    const where = `${store.name}@${descriptor.digest}`;
    read += descriptor.size;
    if (depth > DEEPEST)
      throw new ChartError(
        'OCI_MANIFEST',
        `${where} is more than ${DEEPEST} levels below what was asked for`,
      );
    if (read > MOST_MANIFESTS)
      throw new ChartError(
        'OCI_MANIFEST',
        `${where}: with it the manifests have more than ${MOST_MANIFESTS} bytes`,
      );
    const bytes = await fetchManifest(store, descriptor);
    return { bytes, children: childrenOf(bytes, descriptor.mediaType, where) };
  };
}

/**
 * The platforms of an index, or of a single image none.
 *
 * @param where for messages
 */
export function platformsIn(
  { descriptor, bytes }: { readonly descriptor: Descriptor; readonly bytes: Uint8Array },
  where: string,
): readonly string[] {
  if (!isIndex(descriptor.mediaType)) return [];
  const children = entriesOf(bytes, where);
  const names = children.flatMap(({ platform }) => (platform === undefined ? [] : [platformText(platform)]));
  // An attestation's platform is unknown/unknown (BuildKit's attestation storage).
  return [...new Set(names.filter((name) => name !== 'unknown/unknown'))].toSorted();
}

/** A manifest's bytes, checked. */
export async function fetchManifest(store: ContentStore, descriptor: Descriptor): Promise<Uint8Array> {
  if (descriptor.size > LARGEST_MANIFEST) {
    throw new ChartError(
      'OCI_MANIFEST',
      `${store.name}@${descriptor.digest} has ${descriptor.size} bytes, more than ${LARGEST_MANIFEST}`,
    );
  }
  return onSide('source', store, descriptor, async () =>
    readAll(await store.fetch(descriptor), descriptor, store.name),
  );
}

async function copyBlob(
  source: ContentStore,
  target: ContentStore,
  descriptor: Descriptor,
  options: CopyOptions,
  step: Step,
): Promise<void> {
  const report = (action: CopyEvent['action'], bytes: number): void =>
    options.onEvent?.({ action, descriptor, bytes });
  const moved = await onSide('target', target, descriptor, async () => {
    if (await target.exists(descriptor)) return 'skip';
    const { mountFrom } = options;
    return mountFrom !== undefined && (await target.mount?.(descriptor, mountFrom)) === true
      ? 'mount'
      : undefined;
  });
  if (moved !== undefined) {
    report(moved, 0);
    return;
  }
  await onSide('target', target, descriptor, () =>
    target.push(descriptor, async () => {
      const open = (): Promise<ByteStream> => source.fetch(descriptor);
      const stream = await step(() => onSide('source', source, descriptor, open));
      return verified(stream, descriptor, source.name, (bytes) => report('progress', bytes));
    }),
  );
  report('upload', descriptor.size);
}

/** Says which side failed, unless an inner call has said so already. */
async function onSide<T>(
  side: 'source' | 'target',
  store: ContentStore,
  { digest }: Descriptor,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof ChartError) throw error;
    throw new ChartError('OCI_COPY', `${side} ${store.name}, ${digest}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
