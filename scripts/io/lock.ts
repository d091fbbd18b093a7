import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChartError } from '../errors.ts';
import { makeFolder, writing } from './file-system.ts';
import { ifMissing } from './plain-files.ts';
import { isAlive, isOfThisMachine, ownName, processMark } from './processes.ts';
import { removeLeftBehind, temporaryDone, temporaryFile, temporaryName } from './temporary.ts';

/** How long one writer waits for another, which holds the lock for one small file. */
const LONGEST_WAIT_MS = 15_000;

/** The names in the locks that this very process holds. */
const held = new Set<string>();

/**
 * Holds a lock while `action` runs: a folder with one empty file, whose name says whose it is. It takes its place by
 * a rename, so it is never there without a name; and who takes over what a dead process left removes the file of that
 * name, which of another, who was faster, is none.
 *
 * The lock of a process that died is taken over where that is certain. Of another machine or container nothing is:
 * what is taken from the living does harm, so somebody who knows removes it.
 *
 * @param wait milliseconds that another may take
 * @throws OCI_LAYOUT when another does not let go
 */
export async function withLock(
  lock: string,
  action: () => Promise<void>,
  wait: number = LONGEST_WAIT_MS,
): Promise<void> {
  const own = ownName();
  held.add(own);
  try {
    await take(lock, own, wait);
    temporaryFile(lock);
    try {
      await action();
    } finally {
      // Before it is another's.
      temporaryDone(lock);
      await letGo(lock, own);
    }
  } finally {
    held.delete(own);
  }
}

async function take(lock: string, own: string, wait: number): Promise<void> {
  const started = performance.now();
  const ready = temporaryName(lock);
  try {
    await writing(lock, () => makeReady(lock, ready, own));
    while (!(await writing(lock, () => place(ready, lock)))) {
      const [other] = (await readdir(lock).catch(ifMissing)) ?? [];
      if (other === undefined || isLeftBehind(other)) await letGo(lock, other);
      else if (performance.now() < started + wait) await sleep(20);
      else
        throw new ChartError('OCI_LAYOUT', `${lock} is held by process ${markOf(other)}`, {
          hint: `Wait until it has ended. If it runs no more, remove ${lock}.`,
        });
    }
  } finally {
    await rm(ready, { recursive: true, force: true });
    temporaryDone(ready);
  }
}

async function makeReady(lock: string, ready: string, own: string): Promise<void> {
  await makeFolder(dirname(lock));
  await removeLeftBehind(dirname(lock), `${basename(lock)}.`);
  await mkdir(ready);
  await writeFile(join(ready, own), '');
}

/** Whether a folder takes the lock's place: an empty one gives way, one with a name in it does not. */
async function place(ready: string, lock: string): Promise<boolean> {
  try {
    await rename(ready, lock);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes one name from the lock, and the lock when nobody else has taken it. */
async function letGo(lock: string, name: string | undefined): Promise<void> {
  if (name !== undefined) await rm(join(lock, name), { force: true });
  await rmdir(lock).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') ifMissing(error);
  });
}

function markOf(name: string): string {
  return name.replace(/\.[a-z0-9]+$/, '');
}

/** Whether the process that made the lock died with it. One that lives keeps it, however long. */
function isLeftBehind(name: string): boolean {
  const mark = markOf(name);
  if (!/^\d+@/.test(mark) || !isOfThisMachine(mark)) return false;
  // A process that died may have had the number of this one.
  return mark === processMark() ? !held.has(name) : !isAlive(mark);
}
