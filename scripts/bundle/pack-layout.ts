import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { packTar } from 'modern-tar/fs';
import { ChartError, messageOf } from '../errors.ts';
import { fileSystemError } from '../io/file-system.ts';
import { replaceFile } from '../io/files.ts';
import { layoutFiles } from '../oci/layout.ts';

/** Of every entry: the bytes depend on nothing but the files. */
const METADATA = { type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) } as const;

/**
 * Packs what the tags of a layout lead to into a tar, with sorted entries and fixed metadata, so
 * that what else is in the folder changes no byte.
 *
 * @throws OCI_NOT_FOUND, OCI_DIGEST for a layout that is not whole; DISK_FULL, FILE_SYSTEM
 */
export async function packLayout(directory: string, file: string): Promise<void> {
  const paths = await layoutFiles(directory);
  const sources = paths.map((path) => ({ ...METADATA, source: join(directory, path), target: path }));
  await replaceFile(file, async (temporary) => {
    try {
      await pipeline(packTar(sources), createWriteStream(temporary, { mode: 0o644 }));
    } catch (cause) {
      // Of the disk: it says so itself.
      if (fileSystemError(cause) !== undefined) throw cause;
      throw new ChartError('OCI_LAYOUT', `${directory} cannot be packed: ${messageOf(cause)}`, { cause });
    }
  });
}
