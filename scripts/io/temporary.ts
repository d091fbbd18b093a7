import { mkdirSync, rmSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, isOfThisMachine, processMark } from './processes.ts';

/** Files that this process is writing under a name that is not theirs yet, and folders that it needs for a while. */
const unfinished = new Set<string>();

/** Programs that run for this process, as what ends them. */
const running = new Set<() => void>();

/** Folders that were searched for what dead processes left behind; once is enough. */
const searched = new Set<string>();

/** A name beside `path` to write to before it is renamed; {@link tidyUp} knows it. */
export function temporaryName(path: string): string {
  const name = `${path}.${unique()}.tmp`;
  unfinished.add(name);
  return name;
}

/** Says that a temporary name is renamed or removed. */
export function temporaryDone(name: string): void {
  unfinished.delete(name);
}

/**
 * Runs an action with a folder that only this user can read, and removes it. What processes
 * that were killed left there under the same prefix goes first: it may hold a password.
 */
export async function withTemporaryFolder<T>(
  prefix: string,
  action: (folder: string) => Promise<T>,
  parent = tmpdir(),
): Promise<T> {
  await removeLeftBehind(parent, prefix);
  const folder = join(parent, `${prefix}${unique()}`);
  unfinished.add(folder);
  try {
    mkdirSync(folder, { mode: 0o700 });
    return await action(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
    unfinished.delete(folder);
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

function unique(): string {
  return `${processMark()}.${Math.random().toString(36).slice(2)}`;
}

function isLeftBehind(name: string): boolean {
  const mark = /(\d+@[^@]+?)\.[a-z0-9]+(?:\.tmp)?$/.exec(name)?.[1];
  return mark !== undefined && isOfThisMachine(mark) && !isAlive(mark);
}
