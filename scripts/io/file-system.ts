import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ChartError } from '../errors.ts';

const PERMIT = 'Give this user the permission, or choose another folder.';
const FEWER = 'Allow more of them: ulimit -n 1024.';

/** What the file system says, in plain words, and what to do about it. */
const REASONS: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  EACCES: ['no permission', PERMIT],
  EPERM: ['not permitted', PERMIT],
  EROFS: ['the file system is read-only', 'Choose a folder that can be written.'],
  EISDIR: ['a folder is where a file should be', 'Remove or rename the folder.'],
  ENOTDIR: ['a file is where a folder should be', 'Remove or rename the file.'],
  EEXIST: ['a file is where a folder should be', 'Remove or rename the file.'],
  ENOTEMPTY: ['it is not empty, another process writes there', 'Choose another folder.'],
  EBUSY: ['something is mounted there, or uses it', 'Choose a folder in it, or another one.'],
  ELOOP: ['symbolic links lead in a circle', 'Remove the link.'],
  ENAMETOOLONG: ['the name is longer than the file system takes', 'Choose a shorter one.'],
  EXDEV: ['it is on another file system', 'A project is on one file system: mount it as a whole.'],
  EFBIG: ['the file is larger than this process may write', 'Allow more: ulimit -f.'],
  EIO: ['the disk does not read or write it', 'Look at the disk, or choose another one.'],
  EMFILE: ['this process may not open more files', FEWER],
  ENFILE: ['this machine has too many open files', 'End other programs, and run again.'],
  EAGAIN: ['this user may not start more processes', 'Allow more of them: ulimit -u.'],
  EPIPE: ['closed before all was printed', 'Let its reader read to the end.'],
};

/** What is no fault of the file that is read. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set(['EIO', 'EMFILE', 'ENFILE']);

/**
 * An error of the file system that the user can do something about; undefined for others.
 *
 * @param path what was to be written; an error of writing does not know it
 */
export function fileSystemError(error: unknown, path?: string): ChartError | undefined {
  if (!(error instanceof Error) || error instanceof ChartError) return undefined;
  const {
    code = '',
    path: from,
    dest: at = from,
  } = error as NodeJS.ErrnoException & { readonly dest?: string };
  // A temporary name beside the file would tell nobody anything.
  const named = path === undefined || (at !== undefined && !at.startsWith(path)) ? at : path;
  const where = named === undefined ? '' : `${named}: `;
  if (isFull(code)) return new ChartError('DISK_FULL', `${where}no space left on the disk`, { cause: error });
  const known = REASONS[code];
  return known && new ChartError('FILE_SYSTEM', `${where}${known[0]}`, { cause: error, hint: known[1] });
}

/** Runs what writes a file or a folder; an error of the file system names it. */
export async function writing<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw fileSystemError(error, path) ?? noFolder(error, path) ?? error;
  }
}

/** Runs what reads a file or a folder; an error that is not the path's own names it. */
export async function reading<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw (OF_THE_MACHINE.has(code) && fileSystemError(error, path)) || error;
  }
}

/**
 * Makes a folder, and those above it that are not there. Not by Node's own `recursive`, which tries for ever
 * where a folder is there and takes no other (/proc, a folder that is mounted on demand; Node 20 to 24).
 *
 * @param mayBeFirst whether the one above may not be there yet
 */
export async function makeFolder(path: string, mayBeFirst = true): Promise<void> {
  // Mostly it is there, and an error costs more than a look.
  if (await isFolder(path)) return;
  const error = await mkdir(path).catch((cause: NodeJS.ErrnoException) => cause);
  if (error === undefined || (await isFolder(path))) return;
  if (error.code !== 'ENOENT' || !mayBeFirst) throw error;
  await makeFolder(dirname(path));
  await makeFolder(path, false);
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

/** What the file system says where a folder on the way cannot be made. */
function noFolder(error: unknown, path: string): ChartError | undefined {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT' || syscall !== 'mkdir') return undefined;
  return new ChartError('FILE_SYSTEM', `${path}: the folder for it cannot be made`, {
    cause: error,
    hint: 'There are no folders to be made in the one above it: choose another one.',
  });
}

/** EDQUOT is of a user's quota. */
function isFull(code: string): boolean {
  return code === 'ENOSPC' || code === 'EDQUOT';
}
