import { ChartError, messageOf } from '../errors.ts';
import { readAll, streamOf, verified } from './digest.ts';
import { childrenOf, platformText } from './manifest.ts';
import { isIndex, isManifest } from './media-types.ts';
import type { ByteStream, ContentStore, Descriptor } from './store.ts';
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
 * @throws OCI_COPY with the side that failed; what a store throws
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
  const once = (descriptor: Descriptor): Promise<void> => {
    const known = running.get(descriptor.digest);
    if (known !== undefined) return known;
    const started = isManifest(descriptor.mediaType)
      ? copyManifest(descriptor)
      : limit(() => step(() => copyBlob(source, target, descriptor, options, step)));
    running.set(descriptor.digest, started);
    return started;
  };
  const copyManifest = async (descriptor: Descriptor): Promise<void> => {
    const there = (): Promise<boolean> => target.exists(descriptor);
    const skipped = await step(() => onSide('target', target, descriptor, there));
    if (skipped) options.onEvent?.({ action: 'skip', descriptor, bytes: 0 });
    if (skipped && options.deep !== true) return;
    const bytes = await step(() => fetchManifest(source, descriptor));
    const where = `${source.name}@${descriptor.digest}`;
    const children = await step(async () => childrenOf(bytes, descriptor.mediaType, where));
    await allOrFirstError(children.map(once));
    if (skipped) return;
    const store = (): Promise<void> => target.push(descriptor, async () => streamOf(bytes));
    await step(() => onSide('target', target, descriptor, store));
    options.onEvent?.({ action: 'upload', descriptor, bytes: descriptor.size });
  };
  await once(root);
  const { tag } = options;
  if (tag !== undefined) await onSide('target', target, root, () => target.tag(root, tag));
}

/** A piece of the graph, with its depth-first order: children before parents. */
export async function graphOf(store: ContentStore, root: Descriptor): Promise<readonly Descriptor[]> {
  const seen = new Map<string, Descriptor>();
  const visit = async (descriptor: Descriptor): Promise<void> => {
    if (seen.has(descriptor.digest)) return;
    if (isManifest(descriptor.mediaType)) {
      const bytes = await fetchManifest(store, descriptor);
      for (const child of childrenOf(bytes, descriptor.mediaType, `${store.name}@${descriptor.digest}`))
        await visit(child);
    }
    seen.set(descriptor.digest, descriptor);
  };
  await visit(root);
  return [...seen.values()];
}

/** The platforms of an index, or of a single image none. */
export async function platformsOf(store: ContentStore, root: Descriptor): Promise<readonly string[]> {
  if (!isIndex(root.mediaType)) return [];
  const children = childrenOf(
    await fetchManifest(store, root),
    root.mediaType,
    `${store.name}@${root.digest}`,
  );
  const names = children.flatMap(({ platform }) => (platform === undefined ? [] : [platformText(platform)]));
  // An attestation's platform is unknown/unknown (BuildKit's attestation storage).
  return [...new Set(names.filter((name) => name !== 'unknown/unknown'))].toSorted();
}

/** The largest manifest that registries accept, by the distribution spec's recommendation. */
const LARGEST_MANIFEST = 4 * 1024 * 1024;

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
