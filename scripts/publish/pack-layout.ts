import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartError } from '../errors.ts';
import { replaceFile } from '../io/files.ts';
import { layoutFiles } from '../oci/layout.ts';
import { BLOCK, formatHeader } from './tar-header.ts';

/** Bytes that are read and written at once. */
const PIECE = 1024 * 1024;

/**
 * Packs what the tags of a layout lead to into a tar, with sorted entries and fixed metadata, so
 * that what else is in the folder changes no byte. All goes through one buffer: the library
 * that packs charts keeps 8 MiB waiting, and held 50 MiB for 0.5 GiB (modern-tar 0.8).
 *
 * @throws OCI_NOT_FOUND, OCI_DIGEST for a layout that is not whole; DISK_FULL, FILE_SYSTEM
 */
export async function packLayout(directory: string, file: string): Promise<void> {
  const paths = await layoutFiles(directory);
  const buffer = Buffer.allocUnsafe(PIECE);
  await replaceFile(file, async (temporary) => {
    const tar = await open(temporary, 'w', 0o644);
    try {
      for (const path of paths) await packFile(tar, join(directory, path), path, buffer);
      // Two empty blocks end a tar.
      await tar.writeFile(Buffer.alloc(2 * BLOCK));
    } finally {
      await tar.close();
    }
  });
}

async function packFile(tar: FileHandle, path: string, name: string, buffer: Buffer): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    await tar.writeFile(formatHeader(name, size));
    let done = 0;
    while (done < size) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, size - done), done);
      if (bytesRead === 0) throw new ChartError('OCI_LAYOUT', `${path} ends after ${done} of ${size} bytes`);
      await tar.writeFile(buffer.subarray(0, bytesRead));
      done += bytesRead;
    }
    await tar.writeFile(Buffer.alloc(-size & (BLOCK - 1)));
  } finally {
    await file.close();
  }
}
