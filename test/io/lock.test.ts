import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type * as FileSystem from 'node:fs/promises';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withLock } from '../../scripts/io/lock.ts';
import { processMark } from '../../scripts/io/processes.ts';
import { tidyUp } from '../../scripts/io/temporary.ts';
import { DEAD, markOf } from '../helpers/marks.ts';

/** What another process does right before this one removes something, once. */
const disk = vi.hoisted((): { beforeRemoval?: (() => Promise<void>) | undefined } => ({}));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FileSystem>();
  return {
    ...real,
    rm: async (...words: Parameters<typeof real.rm>) => {
      const { beforeRemoval } = disk;
      disk.beforeRemoval = undefined;
      await beforeRemoval?.();
      await real.rm(...words);
    },
  };
});

let folder = '';
let lock = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
  lock = join(folder, 'index.json.lock');
});
afterEach(() => rm(folder, { recursive: true }));

const LIVING = markOf(process.ppid);

/** The lock of somebody else. */
async function leave(name: string): Promise<void> {
  await mkdir(lock, { recursive: true });
  await writeFile(join(lock, name), '');
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
  ['of a process that died', `${DEAD}.abc`],
  ['of a process that died and had the number of this one', `${processMark()}.abc`],
])('a lock %s is taken at once', async (_, content) => {
  await leave(content);
  await withLock(lock, async () => undefined, 0);
  expect(existsSync(lock)).toBe(false);
});

test.each([
  ['of a process that lives', `${LIVING}.abc`],
  ['of another machine', '1@elsewhere.abc'],
  ['of an earlier boot, or of a container', `${DEAD.replace(/-[0-9a-f]+$/, '-0123456789ab')}.abc`],
])('a lock %s is waited for, however old', async (_, content) => {
  await leave(content);
  await utimes(lock, 0, 0);
  let held = false;
  const waiting = withLock(lock, async () => {
    held = true;
  });
  await sleep(300);
  expect([held, await readdir(lock)]).toEqual([false, [content]]);
  await rm(lock, { recursive: true });
  await waiting;
  expect(held).toBe(true);
});

test('a lock that is not let go for 15 s ends with what to do, and stays', async () => {
  const content = `${LIVING}.abc`;
  await leave(content);
  const clock = vi.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValue(15_001);
  const action = vi.fn<() => Promise<void>>();
  try {
    await expect(withLock(lock, action)).rejects.toMatchObject({
      code: 'OCI_LAYOUT',
      message: `${lock} is held by process ${LIVING}`,
      hint: `Wait until it has ended. If it runs no more, remove ${lock}.`,
    });
  } finally {
    clock.mockRestore();
  }
  expect(action).not.toHaveBeenCalled();
  expect(await readdir(lock)).toEqual([content]);
});

// A rename decides, so what is there without a name is nobody's: a process was killed while it let the lock go.
test('a lock without a name is free', async () => {
  await mkdir(lock);
  await withLock(lock, async () => undefined, 0);
  expect(existsSync(lock)).toBe(false);
});

test('who was slower to take over what a dead process left takes nothing from who was faster', async () => {
  await leave(`${DEAD}.abc`);
  disk.beforeRemoval = async () => {
    await rm(lock, { recursive: true });
    await leave(`${LIVING}.abc`);
  };
  await expect(withLock(lock, async () => undefined, 0)).rejects.toMatchObject({
    message: `${lock} is held by process ${LIVING}`,
  });
  expect(await readdir(lock)).toEqual([`${LIVING}.abc`]);
});

test('what a killed process had made for its lock is removed', async () => {
  await mkdir(join(folder, `index.json.lock.${DEAD}.abc.tmp`));
  await withLock(lock, async () => undefined);
  expect(await readdir(folder)).toEqual([]);
});

test('the lock of another, who took it meanwhile, is not removed', async () => {
  await withLock(lock, async () => {
    await rm(lock, { recursive: true });
    await leave(`${LIVING}.abc`);
  });
  expect(await readdir(lock)).toEqual([`${LIVING}.abc`]);
});

const CHILD = fileURLToPath(new URL('lock-child.ts', import.meta.url));
const CONTAINER = ['--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc'];
const HAS_NAMESPACES = spawnSync('unshare', [...CONTAINER, 'true']).status === 0;

/** Starts a process that takes the lock and holds it, in a PID namespace of its own or in this one. */
function holder(inContainer: boolean, held: number): ChildProcess {
  const command = [process.execPath, '--import', 'tsx', CHILD, lock, String(held)];
  const [program = '', ...args] = inContainer ? ['unshare', ...CONTAINER, ...command] : command;
  return spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Ends with what the process said. */
async function ended(child: ChildProcess): Promise<string> {
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) =>
    stream === null ? '' : text(stream),
  );
  return `${await stdout}${await stderr}`;
}

// Two containers that share a folder and the name of their host.
test.runIf(HAS_NAMESPACES).each([
  ['in a container, by one outside', true, false],
  ['outside, by one in a container', false, true],
  ['in a container, by one in another', true, true],
])('a lock that lives %s, is not taken away', async (_, holds, asks) => {
  const holding = holder(holds, 60_000);
  try {
    await once(holding.stdout ?? holding, 'data');
    const names = await readdir(lock);
    const mark = names.map((name) => name.replace(/\.[a-z0-9]+$/, '')).join();
    expect(await ended(holder(asks, 0))).toContain(`${lock} is held by process ${mark}`);
    expect(await readdir(lock)).toEqual(names);
  } finally {
    holding.kill();
  }
});

test.runIf(HAS_NAMESPACES)('a lock of a process that was killed beside this one is taken over', async () => {
  const holding = holder(false, 60_000);
  await once(holding.stdout ?? holding, 'data');
  holding.kill('SIGKILL');
  await once(holding, 'exit');
  expect(existsSync(lock)).toBe(true);
  expect(await ended(holder(false, 0))).toBe('held\n');
});

test('a process that is told to end lets its lock go', async () => {
  await withLock(lock, async () => {
    tidyUp();
    expect(existsSync(lock)).toBe(false);
  });
});
