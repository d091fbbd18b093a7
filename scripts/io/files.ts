import { existsSync } from 'node:fs';
import { access, constants, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { ChartError } from '../errors.ts';
import { writing } from './file-system.ts';
import { removeLeftBehind, temporaryDone, temporaryName } from './temporary.ts';

/** The bytes of a file. Throws FILE_MISSING with `hint` when there is none. */
export async function readBytes(path: string, hint?: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new ChartError('FILE_MISSING', `Cannot read ${path}: ${reason}`, {
      cause,
      ...(hint !== undefined && { hint }),
    });
  }
}

/** A file as UTF-8 text. Throws FILE_MISSING with `hint` when there is none. */
export async function readText(path: string, hint?: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(path, hint));
}

/**
 * Writes a file whole or not at all: to a temporary name beside it, then renamed.
 * A reader, or a second writer, never sees half a file.
 *
 * @throws DISK_FULL, FILE_SYSTEM
 */
export function writeAtomic(path: string, data: string | Uint8Array, mode = 0o644): Promise<void> {
  return replaceFile(path, (temporary) => writeFile(temporary, data, { mode }));
}

/** {@link writeAtomic} with something that writes to the temporary name; what it throws is thrown. */
export function replaceFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  return writing(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    await removeLeftBehind(dirname(path), `${basename(path)}.`);
    const temporary = temporaryName(path);
    try {
      await write(temporary);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    } finally {
      temporaryDone(temporary);
    }
  });
}

/** Makes a folder where there is none. Throws FILE_SYSTEM when nothing can be written there. */
export function ensureWritable(folder: string): Promise<void> {
  return writing(folder, async () => {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  });
}

/** Every file below `directory` as relative path with `/` → text, sorted; empty when there is no such folder. */
export async function readTree(directory: string): Promise<ReadonlyMap<string, string>> {
  if (!existsSync(directory)) return new Map();
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .toSorted();
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readText(join(directory, path))] as const)),
  );
}
