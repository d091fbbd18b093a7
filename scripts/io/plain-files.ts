import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { ChartError } from '../errors.ts';
import { reading } from './file-system.ts';

/** All of a project that this toolkit reads or writes. */
const OF_A_PROJECT = [
  'recipe.yaml',
  'values.schema.json',
  'CHANGELOG.md',
  'templates',
  'upstream',
  'chart',
  'chart.sha256',
  'dist',
  '.chartlift-staged',
  '.chartlift-staged.lock',
] as const;

/**
 * Refuses a project in which a link, a device, a pipe or a socket is where a file or a folder
 * should be: docs/adr/0010-what-the-disk-is-to-us.md. Every command asks before its first effect.
 *
 * @param paths further paths below the project that the command reads or writes
 * @throws FILE_SYSTEM with the path
 */
export async function refuseUnplain(project: string, paths: readonly string[] = []): Promise<void> {
  // Many files have one way.
  const ways = new Set(paths.flatMap((path) => wayTo(path, project)));
  for (const path of ways) await kindOf(path);
  for (const path of OF_A_PROJECT) await plainFiles(join(project, path));
}

/** Every folder on the way from a folder to a path, and the path. */
function wayTo(path: string, from: string): readonly string[] {
  const parts = relative(from, resolve(from, path)).split(sep);
  return parts.map((_, i) => join(from, ...parts.slice(0, i + 1)));
}

/**
 * Refuses to write a file in the place of a link, a device or a pipe, which renaming would replace.
 *
 * @throws FILE_SYSTEM with the path
 */
export async function refuseOdd(path: string): Promise<void> {
  await kindOf(path);
}

/**
 * Every file at or below a path, in one order; none where there is nothing.
 *
 * @throws FILE_SYSTEM for what is neither file nor folder
 */
export async function plainFiles(path: string): Promise<readonly string[]> {
  const kind = await kindOf(path);
  if (kind !== 'folder') return kind === 'file' ? [path] : [];
  const names = await reading(path, () => readdir(path)).catch(ifMissing);
  const below: string[] = [];
  for (const name of names?.toSorted() ?? []) below.push(...(await plainFiles(join(path, name))));
  return below;
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  const stats = await reading(path, () => lstat(path)).catch(ifMissing);
  if (stats === undefined) return undefined;
  if (stats.isDirectory()) return 'folder';
  if (stats.isFile()) return 'file';
  const target = stats.isSymbolicLink() ? ` to ${await readlink(path).catch(() => 'nowhere')}` : '';
  throw new ChartError('FILE_SYSTEM', `${path} is ${oddKind(stats)}${target}`, {
    hint: 'Put the file or folder itself there: what is read and written is plain files and folders alone.',
  });
}

/** What something is that is neither file nor folder. */
export function oddKind(entry: Stats | Dirent): string {
  if (entry.isSymbolicLink()) return 'a symbolic link';
  if (entry.isFIFO()) return 'a named pipe';
  return entry.isSocket() ? 'a socket' : 'a device';
}

/** What is not there is no error: another process may have removed it meanwhile. */
export function ifMissing(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
}
