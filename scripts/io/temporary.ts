import { mkdirSync, rmSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChartError } from '../errors.ts';
import { fileSystemError } from './file-system.ts';
import { isAlive, isOfThisMachine, ownName } from './processes.ts';

/** Files that this process is writing under a name that is not theirs yet, and folders that it needs for a while. */
const unfinished = new Set<string>();

/** Programs that run for this process, as what ends them. */
const running = new Set<() => void>();

/** Folders that were searched for what dead processes left behind; once is enough. */
const searched = new Set<string>();

/** A name beside `path` to write to before it is renamed; {@link tidyUp} knows it. */
export function temporaryName(path: string): string {
  return temporaryFile(`${path}.${ownName()}.tmp`);
}

/** A path that goes when this process is told to end. */
export function temporaryFile(path: string): string {
  unfinished.add(path);
  return path;
}

/** Says that a temporary name is renamed or removed. */
export function temporaryDone(name: string): void {
  unfinished.delete(name);
}

/**
 * Runs an action with a folder that only this user can read, and removes it. What processes
 * that were killed left there under the same prefix goes first: it may hold a password.
 *
 * @throws FILE_SYSTEM, DISK_FULL when there is no such folder
 */
export async function withTemporaryFolder<T>(
  prefix: string,
  action: (folder: string) => Promise<T>,
  parent?: string,
): Promise<T> {
  const folder = await makeTemporary(prefix, parent);
  try {
    return await action(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
    unfinished.delete(folder);
  }
}

let own: Promise<string> | undefined;

/** One folder, as {@link withTemporaryFolder} makes it, that stays until this process ends. */
export function processFolder(): Promise<string> {
  return (own ??= makeTemporary('chartlift-').then((folder) => {
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }));
}

async function makeTemporary(prefix: string, parent?: string): Promise<string> {
  const place = parent ?? tmpdir();
  await removeLeftBehind(place, prefix);
  const folder = temporaryFile(join(place, `${prefix}${ownName()}`));
  try {
    mkdirSync(folder, { mode: 0o700 });
    return folder;
  } catch (cause) {
    const known = fileSystemError(cause, place);
    // Where it must be, no TMPDIR is of use.
    if (parent !== undefined) throw known ?? cause;
    const { message } = known ?? { message: `${place}: there is no such folder` };
    throw new ChartError('FILE_SYSTEM', `no temporary folder can be made: ${message}`, {
      cause,
      hint: 'Set TMPDIR to a folder that can be written.',
    });
  }
}

/** Removes from a folder what processes of this machine left there that run no more; once for each folder and process. */
export async function removeLeftBehind(directory: string, prefix = ''): Promise<void> {
  const key = join(directory, prefix);
  if (searched.has(directory) || searched.has(key)) return;
  searched.add(key);
  const names = await readdir(directory).catch(() => []);
  await Promise.all(
    names
      .filter((name) => name.startsWith(prefix) && isLeftBehind(name))
      // Another user's stays theirs.
      .map((name) => rm(join(directory, name), { recursive: true, force: true }).catch(() => undefined)),
  );
}

/** Registers a program that runs for this process. Call what it returns when the program has ended. */
export function endsWithUs(end: () => void): () => void {
  running.add(end);
  return () => running.delete(end);
}

/** Ends what runs for this process and removes what is half written; for a process that is about to end by a signal. */
export function tidyUp(): void {
  for (const end of running) end();
  for (const name of unfinished) {
    try {
      rmSync(name, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // The others go all the same.
    }
  }
}

/** Whether a name is one under which a process of this machine writes what is not whole yet, or did. */
export function isUnfinished(name: string): boolean {
  return markIn(name) !== undefined;
}

function isLeftBehind(name: string): boolean {
  const mark = markIn(name);
  return mark !== undefined && !isAlive(mark);
}

function markIn(name: string): string | undefined {
  const mark = /(\d+@[^@]+?)\.[a-z0-9]+(?:\.tmp)?$/.exec(name)?.[1];
  return mark !== undefined && isOfThisMachine(mark) ? mark : undefined;
}
