import type { Stats } from 'node:fs';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartError } from '../errors.ts';
import { ifMissing, oddKind } from './plain-files.ts';

/**
 * What is at a path below a folder, which somebody else may have filled: no link on the way is
 * followed, and what would wait or never end (a FIFO, a device) is not opened. The folder itself
 * may be a link, the user named it.
 *
 * @param path relative, with `/`
 * @returns undefined when there is nothing
 * @throws FILE_SYSTEM when it is no file, or not reached by folders alone
 */
export async function fileInside(folder: string, path: string): Promise<Stats | undefined> {
  const parts = path.split('/');
  for (const [i, part] of parts.entries()) {
    const at = join(folder, ...parts.slice(0, i), part);
    const stats = await lstat(at).catch(ifMissing);
    const isLast = i === parts.length - 1;
    if (stats === undefined || (isLast && stats.isFile())) return stats;
    if (isLast || !stats.isDirectory())
      throw new ChartError(
        'FILE_SYSTEM',
        `${at}: ${kindOf(stats)} is where a ${isLast ? 'file' : 'folder'} should be`,
        {
          hint: 'Nothing is read through it: remove it, or put what it stands for in its place.',
        },
      );
  }
  return undefined;
}

/**
 * The text of a file that {@link fileInside} finds.
 *
 * @param most bytes; no file of its kind has more
 * @returns undefined when there is none
 * @throws what `fileInside` throws; FILE_SYSTEM when the file is larger
 */
export async function textInside(folder: string, path: string, most: number): Promise<string | undefined> {
  const stats = await fileInside(folder, path);
  if (stats === undefined) return undefined;
  if (stats.size > most)
    throw new ChartError('FILE_SYSTEM', `${join(folder, path)} has ${stats.size} bytes, more than ${most}`, {
      hint: 'It is not what its name says: look at it, and remove it if it is of no use.',
    });
  return readFile(join(folder, path), 'utf8');
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  return stats.isFile() ? 'a file' : oddKind(stats);
}
