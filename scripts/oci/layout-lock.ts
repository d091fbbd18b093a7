import { open, readFile, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChartError } from '../errors.ts';
import { writing } from '../io/file-system.ts';
import { isAlive, isOfThisMachine, processMark } from '../io/processes.ts';

/** How long one writer waits for another, which holds the lock for one small file. */
const LONGEST_WAIT_MS = 15_000;

/** The age of a lock that was left behind, where its holder cannot be asked: it is on another machine. */
const STALE_MS = 10_000;

/** What stands in the locks that this very process holds. */
const held = new Set<string>();

/** Holds a lock file while `action` runs. Throws OCI_LAYOUT when another does not let go. */
export async function withLock(lock: string, action: () => Promise<void>): Promise<void> {
  const own = `${processMark()} ${Math.random().toString(36).slice(2)}`;
  held.add(own);
  try {
    await take(lock, own);
    await action();
  } finally {
    await removeIfStill(lock, own);
    held.delete(own);
  }
}

async function take(lock: string, own: string): Promise<void> {
  const deadline = performance.now() + LONGEST_WAIT_MS;
  while (!(await create(lock, own))) {
    if (performance.now() > deadline)
      throw new ChartError('OCI_LAYOUT', `${lock} is held by another process`, {
        hint: 'Wait for it, or remove the file if none runs.',
      });
    const other = await readFile(lock, 'utf8').catch(() => undefined);
    if (other !== undefined && (await isLeftBehind(lock, other))) await removeIfStill(lock, other);
    else await sleep(20);
  }
}

function create(lock: string, own: string): Promise<boolean> {
  return writing(lock, () => createFile(lock, own));
}

async function createFile(lock: string, own: string): Promise<boolean> {
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
async function isLeftBehind(lock: string, content: string): Promise<boolean> {
  const [mark = ''] = content.split(' ');
  if (!/^\d+@/.test(mark) || !isOfThisMachine(mark)) {
    const { mtimeMs = Infinity } = (await stat(lock).catch(() => undefined)) ?? {};
    return Date.now() - mtimeMs > STALE_MS;
  }
  // A process that died may have had the number of this one.
  return mark === processMark() ? !held.has(content) : !isAlive(mark);
}

/** Another may have taken the lock meanwhile; then it is theirs. */
async function removeIfStill(lock: string, content: string): Promise<void> {
  if ((await readFile(lock, 'utf8').catch(() => undefined)) === content) await rm(lock, { force: true });
}
