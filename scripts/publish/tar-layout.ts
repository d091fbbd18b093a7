import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { ChartError } from '../errors.ts';
import { streamOf } from '../oci/digest.ts';
import type { ContentStore } from '../oci/store.ts';
import { BLOCK, fieldText, notTar, parseHeader, type TarHeader } from './tar-header.ts';

/** Where a file's bytes are in a tar. */
interface Extent {
  readonly offset: number;
  readonly size: number;
}

/**
 * The files of a tar by path, without reading what is in them: a bundle may be on a read-only
 * medium, and larger than what is free on any disk.
 *
 * @throws OCI_LAYOUT when it is no tar, or not all of one
 */
export async function tarFiles(path: string): Promise<ReadonlyMap<string, Extent>> {
  const file = await open(path);
  try {
    return await walk(file, path);
  } finally {
    await file.close();
  }
}

/** The layout in a tar as a store to copy from. */
export function tarStore(path: string, files: ReadonlyMap<string, Extent>): ContentStore {
  const readOnly = (): never => {
    throw new ChartError('BUG', `${path} is only read`);
  };
  const find = (digest: string): Extent | undefined => files.get(`blobs/${digest.replace(':', '/')}`);
  return {
    name: path,
    exists: async ({ digest, size }) => find(digest)?.size === size,
    fetch: async ({ digest }) => {
      const found = find(digest);
      if (found === undefined) throw new ChartError('OCI_NOT_FOUND', `${path} has no ${digest}`);
      return extentStream(path, found);
    },
    resolve: async () => readOnly(),
    push: async () => readOnly(),
    tag: async () => readOnly(),
  };
}

/** The bytes of one file of a tar. */
export function extentStream(path: string, { offset, size }: Extent): AsyncIterable<Uint8Array> {
  if (size === 0) return streamOf(new Uint8Array());
  return createReadStream(path, { start: offset, end: offset + size - 1 });
}

async function walk(file: FileHandle, path: string): Promise<ReadonlyMap<string, Extent>> {
  const { size: total } = await file.stat();
  const files = new Map<string, Extent>();
  let long: Partial<TarHeader> = {};
  for (let at = 0; at + BLOCK <= total;) {
    const header = parseHeader(await bytesAt(file, at, BLOCK), path);
    if (header === undefined) break;
    const { type, name, size } = { ...header, ...long };
    const offset = at + BLOCK;
    if (offset + size > total) throw notTar(path, `it ends in the middle of ${name}`);
    const isExtension = type === 'x' || type === 'L';
    if (isExtension) long = extension(type, await bytesAt(file, offset, Math.min(size, MOST)));
    else if (type !== 'g') long = {};
    if (type === '0') files.set(name.replace(/^(?:\.\/)+/, ''), { offset, size });
    at = offset + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

/** An extended header is a few lines. */
const MOST = 64 * 1024;

/** The name and size that an extended header gives to the file behind it (POSIX pax, GNU long name). */
function extension(type: string, body: Buffer): Partial<TarHeader> {
  if (type === 'L') return { name: fieldText(body, 0, body.length) };
  const fields = new Map(
    [...body.toString('utf8').matchAll(/^\d+ (path|size)=(.*)$/gm)].map(([, key, value]) => [key, value]),
  );
  const [name, size] = [fields.get('path'), fields.get('size')];
  return { ...(name !== undefined && { name }), ...(size !== undefined && { size: Number(size) }) };
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
