import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartError, messageOf } from '../errors.ts';
import { writing } from '../io/file-system.ts';
import { replaceFile, writeAtomic } from '../io/files.ts';
import { removeLeftBehind } from '../io/temporary.ts';
import { graphOf } from './copy.ts';
import { isDigest, verified } from './digest.ts';
import { withLock } from './layout-lock.ts';
import { childrenOf } from './manifest.ts';
import { isManifest, OCI_INDEX } from './media-types.ts';
import type { ByteStream, ContentStore, Descriptor } from './store.ts';

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
  const blobPath = (digest: string): string => join(directory, 'blobs', ...digest.split(':'));
  const whole = new Map<string, number>();
  const isWhole = async (descriptor: Descriptor): Promise<boolean> => {
    const path = blobPath(descriptor.digest);
    const { size, mtimeMs } = (await stat(path).catch(() => undefined)) ?? { size: -1, mtimeMs: 0 };
    if (size !== descriptor.size) return false;
    if (whole.get(descriptor.digest) !== mtimeMs && !(await hasDigest(path, descriptor, name))) return false;
    whole.set(descriptor.digest, mtimeMs);
    return true;
  };
  // A copy that finds a manifest asks for nothing below it.
  const exists = async (descriptor: Descriptor): Promise<boolean> => {
    if (!(await isWhole(descriptor))) return false;
    if (!isManifest(descriptor.mediaType)) return true;
    const bytes = await readFile(blobPath(descriptor.digest));
    for (const child of childrenOf(bytes, descriptor.mediaType, `${name}@${descriptor.digest}`))
      if (!(await exists(child))) return false;
    return true;
  };
  return {
    name,
    exists,
    fetch: async (descriptor) => {
      const path = blobPath(descriptor.digest);
      if (!existsSync(path)) throw new ChartError('OCI_NOT_FOUND', `${name} has no ${descriptor.digest}`);
      return createReadStream(path);
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
  const blobs = [...digests].map((digest) => ['blobs', ...digest.split(':')].join('/'));
  return [...blobs, 'index.json', 'oci-layout'].toSorted();
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
  await writing(blobs, () => mkdir(blobs, { recursive: true }));
  await Promise.all([removeLeftBehind(directory), removeLeftBehind(blobs)]);
  const marker = join(directory, 'oci-layout');
  if (!existsSync(marker)) await writeAtomic(marker, `${JSON.stringify({ imageLayoutVersion: '1.0.0' })}\n`);
}

/** The index of a layout, empty when there is none. Throws OCI_LAYOUT when it is not a layout. */
export async function readIndex(directory: string): Promise<Index> {
  const path = join(directory, 'index.json');
  if (!existsSync(path)) return { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] };
  return parseIndex(await readFile(path, 'utf8'), path);
}

/**
 * An index.json.
 *
 * @param where for the message
 * @throws OCI_LAYOUT
 */
export function parseIndex(text: string, where: string): Index {
  try {
    const index = JSON.parse(text) as Index | null;
    if (Array.isArray(index?.manifests) && index.manifests.every(isEntry)) return index;
  } catch (cause) {
    throw new ChartError('OCI_LAYOUT', `${where}: ${messageOf(cause)}`, { cause });
  }
  throw new ChartError(
    'OCI_LAYOUT',
    `${where} lists no manifests, or one without mediaType, sha256 digest and size`,
  );
}

/** An entry of an index that somebody else may have written: its digest becomes a path, its annotation a tag. */
function isEntry(value: Partial<Descriptor> | null): boolean {
  const { mediaType, digest, size, annotations = {} } = value ?? {};
  const name: unknown = annotations?.[REF_NAME] ?? '';
  const named = typeof mediaType === 'string' && typeof name === 'string';
  return named && typeof digest === 'string' && isDigest(digest) && Number.isSafeInteger(size);
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
