import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { processMark } from '../../scripts/io/processes.ts';
import { withLock } from '../../scripts/oci/layout-lock.ts';

let folder = '';
let lock = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
  lock = join(folder, 'index.json.lock');
});
afterEach(() => rm(folder, { recursive: true }));

const { pid: DEAD } = spawnSync(process.execPath, ['--version']);
const HOUR_AGO = new Date(Date.now() - 3_600_000);

/** The lock of somebody else. */
async function leave(content: string, old = false): Promise<void> {
  await writeFile(lock, content);
  if (old) await utimes(lock, HOUR_AGO, HOUR_AGO);
}

test('one at a time, and nothing is left', async () => {
  let inside = 0;
  let most = 0;
  const action = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await sleep(5);
    inside--;
  };
  await Promise.all(Array.from({ length: 5 }, () => withLock(lock, action)));
  expect([most, existsSync(lock)]).toEqual([1, false]);
  await expect(withLock(lock, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(existsSync(lock)).toBe(false);
});

test.each([
  ['of a process that died', `${DEAD}@${hostname()} abc`, false],
  ['of a process that died and had the number of this one', `${processMark()} abc`, false],
  ['of another machine, and old', `${process.pid}@elsewhere abc`, true],
  ['of nobody, and old', '', true],
])('a lock %s is taken at once', async (_, content, old) => {
  await leave(content, old);
  const before = performance.now();
  await withLock(lock, async () => undefined);
  expect(performance.now() - before).toBeLessThan(2000);
  expect(existsSync(lock)).toBe(false);
});

test.each([
  ['of a process that lives, however old', `${process.ppid}@${hostname()} abc`, true],
  ['of another machine, and new', `${DEAD}@elsewhere abc`, false],
  ['that is being written', '', false],
])('a lock %s is waited for', async (_, content, old) => {
  await leave(content, old);
  let held = false;
  const waiting = withLock(lock, async () => {
    held = true;
  });
  await sleep(300);
  expect([held, await readFile(lock, 'utf8')]).toEqual([false, content]);
  await rm(lock);
  await waiting;
  expect(held).toBe(true);
});

test('a lock that is not let go for 15 s ends with what to do, and stays', async () => {
  const content = `${process.ppid}@${hostname()} abc`;
  await leave(content);
  const clock = vi.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValue(15_001);
  const action = vi.fn<() => Promise<void>>();
  try {
    await expect(withLock(lock, action)).rejects.toMatchObject({
      code: 'OCI_LAYOUT',
      message: `${lock} is held by another process`,
      hint: 'Wait for it, or remove the file if none runs.',
    });
  } finally {
    clock.mockRestore();
  }
  expect(action).not.toHaveBeenCalled();
  expect(await readFile(lock, 'utf8')).toBe(content);
});

test('the lock of another, who took it meanwhile, is not removed', async () => {
  await withLock(lock, () => leave(`${process.ppid}@${hostname()} abc`));
  expect(await readFile(lock, 'utf8')).toBe(`${process.ppid}@${hostname()} abc`);
});
