import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChartError } from '../errors.ts';
import { writing } from './file-system.ts';
import { isAlive, isOfThisMachine, processMark } from './processes.ts';
import { temporaryDone, temporaryFile } from './temporary.ts';

/** How long one writer waits for another, which holds the lock for one small file. */
const LONGEST_WAIT_MS = 15_000;

/** How long a lock may name nobody: its process writes the name right after it made the file. */
const LONGEST_NAMING_MS = 1000;

/** What stands in the locks that this very process holds. */
const held = new Set<string>();

/**
 * Holds a lock file while `action` runs. The lock of a process that died is taken over where that
 * is certain. Of another machine or container nothing is: what is taken from the living does harm,
 * so somebody who knows removes it.
 *
 * @param wait milliseconds that another may take
 * @throws OCI_LAYOUT when another does not let go
 */
export async function withLock(
  lock: string,
  action: () => Promise<void>,
  wait: number = LONGEST_WAIT_MS,
): Promise<void> {
  const own = `${processMark()} ${Math.random().toString(36).slice(2)}`;
  held.add(own);
  try {
    await take(lock, own, wait);
    temporaryFile(lock);
    await action();
  } finally {
    await removeIfStill(lock, own);
    temporaryDone(lock);
    held.delete(own);
  }
}

async function take(lock: string, own: string, wait: number): Promise<void> {
  const started = performance.now();
  while (!(await create(lock, own))) {
    // Empty while its process writes it, or let go since.
    const other = await readFile(lock, 'utf8').catch(() => '');
    if (isLeftBehind(other)) await removeIfStill(lock, other);
    else if (performance.now() < started + (other === '' ? Math.max(wait, LONGEST_NAMING_MS) : wait))
      await sleep(20);
    else {
      const process =
        other === '' ? 'a process that is not named' : `process ${other.split(' ', 1)[0] ?? ''}`;
      throw new ChartError('OCI_LAYOUT', `${lock} is held by ${process}`, {
        hint: `Wait until it has ended. If it runs no more, remove ${lock}.`,
      });
    }
  }
}

function create(lock: string, own: string): Promise<boolean> {
  return writing(lock, () => createFile(lock, own));
}

async function createFile(lock: string, own: string): Promise<boolean> {
  await mkdir(dirname(lock), { recursive: true });
  const file = await open(lock, 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return undefined;
    throw error;
  });
  if (file === undefined) return false;
  try {
    await file.writeFile(own);
    return true;
  } catch (error) {
    // On a full disk it is empty, and would be nobody's.
    await rm(lock, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** Whether the process that made the lock died with it. One that lives keeps it, however long. */
function isLeftBehind(content: string): boolean {
  const [mark = ''] = content.split(' ');
  if (!/^\d+@/.test(mark) || !isOfThisMachine(mark)) return false;
  // A process that died may have had the number of this one.
  return mark === processMark() ? !held.has(content) : !isAlive(mark);
}

/** Another may have taken the lock meanwhile; then it is theirs. */
async function removeIfStill(lock: string, content: string): Promise<void> {
  if ((await readFile(lock, 'utf8').catch(() => undefined)) === content) await rm(lock, { force: true });
}
