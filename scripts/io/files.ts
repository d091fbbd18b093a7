import { access, constants, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, relative, sep } from 'node:path';
import { ChartError } from '../errors.ts';
import { decodeText } from '../manifest/decode.ts';
import { atMost, type ByteStream } from './byte-stream.ts';
import { makeFolder, reading, writing } from './file-system.ts';
import { oddKind, plainFiles } from './plain-files.ts';
import { removeLeftBehind, temporaryDone, temporaryName } from './temporary.ts';

/** A manifest of 7,000 objects has some ten megabytes. */
export const LARGEST_MANIFEST = 64 * 1024 * 1024;
/** Helm takes no larger file in a chart (measured, 3.17 to 4.2), and a person writes none. */
const LARGEST_TEXT = 5 * 1024 * 1024;

/**
 * The bytes of a file. What has more than `most`, and a pipe or a device, of which one may wait
 * without end, is refused before it is opened.
 *
 * @throws FILE_MISSING with `hint` when there is none, PARSE_LIMIT when it is too large,
 *   FILE_SYSTEM when it cannot be read
 */
export async function readBytes(path: string, hint?: string, most = LARGEST_MANIFEST): Promise<Uint8Array> {
  try {
    return await reading(path, () => readRegular(path, most));
  } catch (cause) {
    if (cause instanceof ChartError) throw cause;
    throw cannotRead(path, (cause as NodeJS.ErrnoException).code ?? String(cause), hint, cause);
  }
}

async function readRegular(path: string, most: number): Promise<Uint8Array> {
  const stats = await stat(path);
  if (!stats.isFile() && !stats.isDirectory())
    throw cannotRead(
      path,
      `it is ${oddKind(stats)}, not a file`,
      'Write what it gives to a file, and name that.',
    );
  const tooLarge = (size: string): ChartError =>
    new ChartError('PARSE_LIMIT', `${path} has ${size} bytes; the limit is ${most}`);
  if (stats.size > most) throw tooLarge(String(stats.size));
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    // Below /proc a file has no size, and may have no end.
    const { bytes, isWhole } = await atMost(file.createReadStream({ autoClose: false }), most);
    if (!isWhole) throw tooLarge('more');
    return bytes;
  } finally {
    await file.close();
  }
}

/** For what may not be there, or not any more: nothing. Any other error of reading is one. */
export function ifNoFile(error: unknown): undefined {
  const { code } = (error instanceof ChartError ? (error.cause ?? {}) : {}) as NodeJS.ErrnoException;
  if (code !== 'ENOENT') throw error;
}

function cannotRead(path: string, reason: string, hint?: string, cause?: unknown): ChartError {
  return new ChartError('FILE_MISSING', `Cannot read ${path}: ${reason}`, {
    cause,
    ...(hint !== undefined && { hint }),
  });
}

/**
 * A file as text, without a byte order mark.
 *
 * @throws what {@link readBytes} throws; PARSE_ENCODING when it is not UTF-8
 */
export async function readText(path: string, hint?: string, most = LARGEST_TEXT): Promise<string> {
  return decodeText(await readBytes(path, hint, most), path);
}

/**
 * Standard input to its end.
 *
 * @throws PARSE_LIMIT when it has more than `most` bytes
 */
export async function readInput(input: ByteStream, most = LARGEST_TEXT): Promise<Uint8Array> {
  const { bytes, isWhole } = await atMost(input, most);
  if (isWhole) return bytes;
  throw new ChartError('PARSE_LIMIT', `standard input has more than ${most} bytes`);
}

/** {@link readInput} as text, as {@link readText} reads a file. */
export async function readInputText(input: ByteStream, most?: number): Promise<string> {
  return decodeText(await readInput(input, most), 'standard input');
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
    await makeFolder(dirname(path));
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
    await makeFolder(folder);
    await access(folder, constants.W_OK);
  });
}

/**
 * Every file below `directory` as relative path with `/` → text, sorted; empty when there is no such folder.
 *
 * @throws FILE_SYSTEM for what is neither file nor folder, PARSE_ENCODING
 */
export async function readTree(directory: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  // One after the other: no limit of open files is too low for it.
  for (const path of await plainFiles(directory)) files.set(pathBelow(directory, path), await readText(path));
  return new Map([...files].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** A path relative to a folder above it, with `/`. */
export function pathBelow(directory: string, path: string): string {
  return relative(directory, path).split(sep).join('/');
}
