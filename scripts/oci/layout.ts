import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ChartError, messageOf } from '../errors.ts';
import { writing } from '../io/file-system.ts';
import { replaceFile, writeAtomic } from '../io/files.ts';
import { removeLeftBehind } from '../io/temporary.ts';
import { graphOf } from './copy.ts';
import { isDigest, verified } from './digest.ts';
import { OCI_INDEX } from './media-types.ts';
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
 * names and renamed, so what is there is whole; index.json is rewritten under a lock, so
 * two processes may write at once.
 */
export function layoutStore(directory: string, name = directory): ContentStore {
  const blobPath = (digest: string): string => join(directory, 'blobs', ...digest.split(':'));
  return {
    name,
    exists: async ({ digest, size }) => {
      const found = await stat(blobPath(digest)).catch(() => undefined);
      return found?.size === size;
    },
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
    tag: async (descriptor, tag) => {
      await ensureLayout(directory);
      await withLock(directory, () => writeTag(directory, descriptor, tag));
    },
  };
}

/** Tags of a layout and what they name. Throws OCI_LAYOUT when it is not a layout. */
export async function layoutTags(directory: string): Promise<ReadonlyMap<string, Descriptor>> {
  const { manifests } = await readIndex(directory);
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

async function readIndex(directory: string): Promise<Index> {
  const path = join(directory, 'index.json');
  if (!existsSync(path)) return { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] };
  try {
    const index = JSON.parse(await readFile(path, 'utf8')) as Index | null;
    if (Array.isArray(index?.manifests) && index.manifests.every(isEntry)) return index;
  } catch (cause) {
    throw new ChartError('OCI_LAYOUT', `${path}: ${messageOf(cause)}`, { cause });
  }
  throw new ChartError(
    'OCI_LAYOUT',
    `${path} lists no manifests, or one without mediaType, sha256 digest and size`,
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
  await writeAtomic(join(directory, 'index.json'), `${JSON.stringify({ ...index, manifests }, null, 2)}\n`);
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
    } finally {
      await file.close();
    }
  });
}

/** How long one writer waits for another, which holds the lock for one small file; and the age of one that was left behind. */
const LOCK_WAIT_MS = 15_000;
const LOCK_STALE_MS = 10_000;

/** Holds `index.json.lock` while `action` runs. Throws OCI_LAYOUT when another does not let go. */
async function withLock(directory: string, action: () => Promise<void>): Promise<void> {
  const lock = join(directory, 'index.json.lock');
  const deadline = performance.now() + LOCK_WAIT_MS;
  while (!(await tryLock(lock))) {
    if (performance.now() > deadline)
      throw new ChartError('OCI_LAYOUT', `${lock} is held by another process`, {
        hint: 'Wait for it, or remove the file if none runs.',
      });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  try {
    await action();
  } finally {
    await rm(lock, { force: true });
  }
}

async function tryLock(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, `${hostname()} ${process.pid}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (await isLeftBehind(lock)) await rm(lock, { force: true });
    return false;
  }
}

/** Whether the process that made the lock died with it: at once where it can be asked, by age otherwise. */
async function isLeftBehind(lock: string): Promise<boolean> {
  const held = await stat(lock).catch(() => undefined);
  if (held === undefined) return false;
  if (Date.now() - held.mtimeMs > LOCK_STALE_MS) return true;
  const [host, pid] = (await readFile(lock, 'utf8').catch(() => '')).split(' ');
  return host === hostname() && pid !== undefined && !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
