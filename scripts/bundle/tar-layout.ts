import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { ChartError } from '../errors.ts';
import { streamOf } from '../oci/digest.ts';
import type { ContentStore } from '../oci/store.ts';
import { filesOfTar, type Extent } from '../package/tar.ts';

/**
 * The files of a tar by path, without reading what is in them: a bundle may be on a read-only
 * medium, and larger than what is free on any disk.
 *
 * @throws OCI_LAYOUT when it is no tar, or not all of one
 */
export async function tarFiles(path: string): Promise<ReadonlyMap<string, Extent>> {
  const file = await open(path);
  try {
    return await filesOfTar({
      size: (await file.stat()).size,
      read: async (position, length) => {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
        return buffer.subarray(0, bytesRead);
      },
      fault: (reason) => new ChartError('OCI_LAYOUT', `${path} is no tar of an OCI image layout: ${reason}`),
    });
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
