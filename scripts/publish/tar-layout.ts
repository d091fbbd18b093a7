import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { ChartError } from '../errors.ts';
import { streamOf } from '../oci/digest.ts';
import type { ContentStore } from '../oci/store.ts';

/** Where a file's bytes are in a tar. */
interface Extent {
  readonly offset: number;
  readonly size: number;
}

const BLOCK = 512;

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
  let long: Partial<Header> = {};
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

interface Header {
  readonly type: string;
  readonly name: string;
  readonly size: number;
}

/** A ustar header (POSIX.1-1988), with GNU's binary sizes; undefined for the end of the archive. */
function parseHeader(block: Buffer, path: string): Header | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  // The checksum is over the header with the checksum itself as spaces.
  const sum = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
  if (Number.parseInt(text(block, 148, 8), 8) !== sum) throw notTar(path, 'a header has another checksum');
  const prefix = text(block, 257, 6).startsWith('ustar') && block[263] !== 0x20 ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  return {
    type: text(block, 156, 1) || '0',
    name: prefix === '' ? name : `${prefix}/${name}`,
    size:
      (block[124] ?? 0) & 0x80
        ? Number(block.readBigUInt64BE(128))
        : Number.parseInt(text(block, 124, 12), 8) || 0,
  };
}

/** The name and size that an extended header gives to the file behind it (POSIX pax, GNU long name). */
function extension(type: string, body: Buffer): Partial<Header> {
  if (type === 'L') return { name: text(body, 0, body.length) };
  const fields = new Map(
    [...body.toString('utf8').matchAll(/^\d+ (path|size)=(.*)$/gm)].map(([, key, value]) => [key, value]),
  );
  const [name, size] = [fields.get('path'), fields.get('size')];
  return { ...(name !== undefined && { name }), ...(size !== undefined && { size: Number(size) }) };
}

function text(block: Buffer, start: number, length: number): string {
  const field = block.toString('utf8', start, start + length);
  return (field.split('\0', 1)[0] ?? '').trim();
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function notTar(path: string, reason: string): ChartError {
  return new ChartError('OCI_LAYOUT', `${path} is no tar of an OCI image layout: ${reason}`);
}
