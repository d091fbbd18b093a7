import { createReadStream, existsSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartError } from '../errors.ts';
import { makeFolder, writing } from '../io/file-system.ts';
import { replaceFile, writeAtomic } from '../io/files.ts';
import { fileInside, textInside } from '../io/inside.ts';
import { withLock } from '../io/lock.ts';
import { removeLeftBehind } from '../io/temporary.ts';
import { graphOf } from './copy.ts';
import { isAnyDigest, verified } from './digest.ts';
import { isDigest } from '../recipe/reference.ts';
import { jsonObject } from './json.ts';
import { LARGEST_MANIFEST } from './manifest.ts';
import { isManifest, OCI_INDEX } from './media-types.ts';
import type { ByteStream } from '../io/byte-stream.ts';
import type { ContentStore, Descriptor } from './store.ts';

/** The annotation by which an image layout names a tag (image-spec v1.1, image-layout.md). */
const REF_NAME = 'org.opencontainers.image.ref.name';

interface Index {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
}

/**
 * An OCI image layout directory as a content store. Files are written under temporary
 * names and renamed; what is there is held against its digest before it is relied on, once
 * for each opening. index.json is rewritten under a lock, so two processes may write at once.
 */
export function layoutStore(directory: string, name = directory): ContentStore {
  const blobPath = (digest: string): string => join(directory, blobName(digest));
  const whole = new Map<string, number>();
  const isWhole = async (descriptor: Descriptor): Promise<boolean> => {
    const path = blobPath(descriptor.digest);
    const found = await fileInside(directory, blobName(descriptor.digest));
    const { size, mtimeMs } = found ?? { size: -1, mtimeMs: 0 };
    if (size !== descriptor.size) return false;
    if (whole.get(descriptor.digest) !== mtimeMs && !(await hasDigest(path, descriptor, name))) return false;
    whole.set(descriptor.digest, mtimeMs);
    return true;
  };
  // A copy that finds a manifest asks for nothing below it.
  const exists = async (descriptor: Descriptor): Promise<boolean> => {
    if (!(await isWhole(descriptor))) return false;
    const below = isManifest(descriptor.mediaType) ? await graphOf(store, descriptor).catch(ifDamaged) : [];
    for (const piece of below ?? []) if (!(await isWhole(piece))) return false;
    return below !== undefined;
  };
  const store: ContentStore = {
    name,
    exists,
    fetch: async (descriptor) => {
      const found = await fileInside(directory, blobName(descriptor.digest));
      if (found === undefined) throw new ChartError('OCI_NOT_FOUND', `${name} has no ${descriptor.digest}`);
      return createReadStream(blobPath(descriptor.digest));
    },
    push: async (descriptor, content) => {
      if (!isDigest(descriptor.digest))
        throw new ChartError('OCI_DIGEST', `${name}: ${descriptor.digest} is no sha256 digest`);
      const stream = await content();
      await ensureLayout(directory);
      await writeBlob(blobPath(descriptor.digest), descriptor, stream, name);
    },
    resolve: async (reference) => {
      const { manifests } = await readIndex(directory);
      const found = manifests.find(
        ({ digest, annotations }) => annotations?.[REF_NAME] === reference || digest === reference,
      );
      return found && bare(found);
    },
    tag: async (descriptor, tag, wanted) => {
      await ensureLayout(directory);
      await withLock(join(directory, 'index.json.lock'), async () => {
        if ((await wanted?.()) !== false) await writeTag(directory, descriptor, tag);
      });
    },
  };
  return store;
}

/** A layout in which a tag counts as free, as long as it is where it is now. */
export async function withoutTag(store: ContentStore, tag: string): Promise<ContentStore> {
  const before = await store.resolve(tag);
  const resolve = async (reference: string): Promise<Descriptor | undefined> => {
    const found = await store.resolve(reference);
    return reference === tag && found?.digest === before?.digest ? undefined : found;
  };
  return before === undefined ? store : { ...store, resolve };
}

/** Content that is missing or altered is not there; any other error is one. */
function ifDamaged(error: unknown): undefined {
  if (error instanceof ChartError && (error.code === 'OCI_NOT_FOUND' || error.code === 'OCI_DIGEST')) return;
  throw error;
}

/** Tags of a layout and what they name. Throws OCI_LAYOUT when it is not a layout. */
export async function layoutTags(directory: string): Promise<ReadonlyMap<string, Descriptor>> {
  return tagsOf(await readIndex(directory));
}

/** Tags of an index and what they name. */
export function tagsOf({ manifests }: Index): ReadonlyMap<string, Descriptor> {
  return new Map(
    manifests.flatMap((descriptor) => {
      const tag = descriptor.annotations?.[REF_NAME];
      return tag === undefined ? [] : [[tag, bare(descriptor)] as const];
    }),
  );
}

/**
 * The files of a layout, by relative path, sorted: its index, its marker and the blobs that the
 * index leads to.
 *
 * @throws OCI_NOT_FOUND when a manifest is missing, OCI_DIGEST when it is altered
 */
export async function layoutFiles(directory: string): Promise<readonly string[]> {
  const store = layoutStore(directory);
  const { manifests } = await readIndex(directory);
  const graphs = await Promise.all(manifests.map((root) => graphOf(store, root)));
  const digests = new Set(graphs.flat().map(({ digest }) => digest));
  const blobs = [...digests].map(blobName);
  return [...blobs, 'index.json', 'oci-layout'].toSorted();
}

/** The path of content in a layout. */
function blobName(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/** Holds a file against its digest: a disk may have lost what was written before a crash. */
async function hasDigest(path: string, descriptor: Descriptor, name: string): Promise<boolean> {
  try {
    for await (const _ of verified(createReadStream(path), descriptor, name));
    return true;
  } catch (error) {
    if (error instanceof ChartError) return false;
    throw error;
  }
}

/** The descriptor without the annotations that belong to the layout's entry. */
function bare({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}

function sortKey({ digest, annotations }: Descriptor): string {
  return `${annotations?.[REF_NAME] ?? ''} ${digest}`;
}

async function ensureLayout(directory: string): Promise<void> {
  const blobs = join(directory, 'blobs', 'sha256');
  await writing(blobs, () => makeFolder(blobs));
  await Promise.all([removeLeftBehind(directory), removeLeftBehind(blobs)]);
  const marker = join(directory, 'oci-layout');
  if (!existsSync(marker)) await writeAtomic(marker, `${JSON.stringify({ imageLayoutVersion: '1.0.0' })}\n`);
}

/** The index of a layout, empty when there is none. Throws OCI_LAYOUT when it is not a layout. */
export async function readIndex(directory: string): Promise<Index> {
  const text = await textInside(directory, 'index.json', LARGEST_MANIFEST);
  if (text === undefined) return { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] };
  return parseIndex(text, join(directory, 'index.json'));
}

/**
 * An index.json.
 *
 * @param where for the message
 * @throws OCI_LAYOUT
 */
export function parseIndex(text: string, where: string): Index {
  const refuse = (reason: string): ChartError => new ChartError('OCI_LAYOUT', `${where} ${reason}`);
  const index = jsonObject(Buffer.from(text), refuse) as Partial<Index>;
  if (!Array.isArray(index.manifests) || !index.manifests.every(isEntry))
    throw refuse('lists no manifests, or one without mediaType, digest and size');
  const names = index.manifests.flatMap(({ annotations }) => annotations?.[REF_NAME] ?? []);
  if (new Set(names).size === names.length) return index as Index;
  const twice = names.find((name, i) => names.indexOf(name) !== i) ?? '';
  throw refuse(`has the tag ${JSON.stringify(twice.slice(0, 200))} twice`);
}

/**
 * An entry of an index that somebody else may have written: its digest becomes a path, its annotation
 * a tag. One by another algorithm than sha256 stays where it is.
 */
function isEntry(value: Partial<Descriptor> | null): boolean {
  const { mediaType, digest, size = -1, annotations = {} } = value ?? {};
  const name: unknown = annotations?.[REF_NAME] ?? '';
  const named = typeof mediaType === 'string' && typeof name === 'string';
  const counted = Number.isSafeInteger(size) && size >= 0;
  return named && typeof digest === 'string' && isAnyDigest(digest) && counted;
}

async function writeTag(directory: string, descriptor: Descriptor, tag: string): Promise<void> {
  const index = await readIndex(directory);
  const others = index.manifests.filter(({ annotations }) => annotations?.[REF_NAME] !== tag);
  const entry = { ...bare(descriptor), annotations: { [REF_NAME]: tag } };
  const manifests = [...others, entry].toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  const text = `${JSON.stringify({ ...index, manifests }, null, 2)}\n`;
  await replaceFile(join(directory, 'index.json'), (temporary) =>
    writeFile(temporary, text, { flush: true }),
  );
}

async function writeBlob(
  path: string,
  descriptor: Descriptor,
  stream: ByteStream,
  name: string,
): Promise<void> {
  await replaceFile(path, async (temporary) => {
    const file = await open(temporary, 'w', 0o644);
    try {
      for await (const chunk of verified(stream, descriptor, name)) await file.writeFile(chunk);
      // What leads to others outlives a crash; the others are looked at before they are relied on.
      if (isManifest(descriptor.mediaType)) await file.sync();
    } finally {
      await file.close();
    }
  });
}
