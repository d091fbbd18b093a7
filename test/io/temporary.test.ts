import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { writeAtomic } from '../../scripts/io/files.ts';
import { processMark } from '../../scripts/io/processes.ts';
import { runProgram } from '../../scripts/io/program.ts';
import {
  removeLeftBehind,
  temporaryDone,
  temporaryName,
  tidyUp,
  withTemporaryFolder,
} from '../../scripts/io/temporary.ts';
import { DEAD } from '../helpers/marks.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temporary-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a process that is told to end removes what is half written, not what is done', async () => {
  const [half, done] = [temporaryName(join(folder, 'half')), temporaryName(join(folder, 'done'))];
  expect(half).toMatch(new RegExp(`^${folder}/half\\.${process.pid}@.+\\.[a-z0-9]+\\.tmp$`));
  expect(temporaryName(join(folder, 'half'))).not.toBe(half);
  for (const path of [half, done]) await writeFile(path, '');
  temporaryDone(done);
  tidyUp();
  expect(await readdir(folder)).toEqual([done.slice(folder.length + 1)]);
});

test('what cannot be removed does not keep the rest from it', async () => {
  await writeFile(join(folder, 'file'), '');
  const [, half] = [temporaryName(join(folder, 'file', 'below')), temporaryName(join(folder, 'half'))];
  await writeFile(half, '');
  tidyUp();
  expect(await readdir(folder)).toEqual(['file']);
});

test('it removes the folders that it needed for a while, with all that is in them', async () => {
  await withTemporaryFolder(
    'login-',
    async (made) => {
      expect((await stat(made)).mode & 0o777).toBe(0o700);
      await mkdir(join(made, 'registry'));
      await writeFile(join(made, 'registry', 'config.json'), 'a password');
      tidyUp();
      expect(await readdir(folder)).toEqual([]);
    },
    folder,
  );
});

test('a folder goes when what needed it ends, or fails', async () => {
  const named = await withTemporaryFolder('a-', async (made) => made, folder);
  expect(named.startsWith(join(folder, `a-${process.pid}@`))).toBe(true);
  await expect(withTemporaryFolder('a-', () => Promise.reject(new Error('failed')), folder)).rejects.toThrow(
    'failed',
  );
  expect(await readdir(folder)).toEqual([]);
});

test('what dead processes of this machine left is removed; of living ones and of other machines it stays', async () => {
  const left = `a-${DEAD}.abc`;
  const kept = [`a-${processMark()}.abc`, `a-1@elsewhere.abc`, `b-${DEAD}.abc`, 'a-mine'];
  for (const name of [left, ...kept]) await mkdir(join(folder, name, 'registry'), { recursive: true });
  await withTemporaryFolder('a-', async () => undefined, folder);
  expect((await readdir(folder)).toSorted()).toEqual(kept.toSorted());
});

test('a file that a killed process had half written goes when the file is written again', async () => {
  const names = [`f.${DEAD}.abc.tmp`, `g.${DEAD}.abc.tmp`];
  for (const name of names) await writeFile(join(folder, name), 'half');
  await writeAtomic(join(folder, 'f'), 'whole');
  expect((await readdir(folder)).toSorted()).toEqual(['f', names[1]]);
  await removeLeftBehind(folder);
  expect(await readdir(folder)).toEqual(['f']);
});

test.runIf(process.platform !== 'win32')(
  'a program ends with the process, and what it started too',
  async () => {
    const alive = join(folder, 'alive');
    const script = `sh -c 'touch "${alive}"; sleep 60' & wait`;
    const options = { env: process.env, patience: 60_000, apart: true };
    const running = runProgram('sh', ['-c', script], options);
    while (!existsSync(alive)) await new Promise((resolve) => setTimeout(resolve, 10));
    tidyUp();
    expect(await running).toMatchObject({ code: null, late: false });
  },
);

test.runIf(process.platform !== 'win32')('a program runs where PATH leads to no shell', async () => {
  const options = { env: { PATH: '/nonexistent' }, patience: 60_000 };
  expect(await runProgram(process.execPath, ['-p', '1'], options)).toMatchObject({ code: 0, stdout: '1\n' });
});

test.runIf(process.platform !== 'win32')('a program that does not end in time is killed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const said = join(folder, 'said');
    const options = { env: process.env, patience: 200, apart: true };
    const script = `trap "" TERM; echo said; touch "${said}"; sleep 60 & wait`;
    const running = runProgram('sh', ['-c', script], options);
    // However long a busy machine takes to start it.
    while (!existsSync(said)) await setImmediate();
    await setImmediate();
    vi.advanceTimersByTime(200);
    const result = await running;
    expect(result).toEqual({ code: null, stdout: 'said\n', stderr: '', late: true, long: false });
  } finally {
    vi.useRealTimers();
  }
});

test.runIf(process.platform !== 'win32').each([true, false])(
  'a program whose child says more than it may is killed, and the child ends (apart: %s)',
  async (apart) => {
    const ended = join(folder, `ended-${apart}`);
    const options = { env: process.env, patience: 60_000, most: 100_000, apart };
    const script = `(trap '' PIPE; while echo ${'x'.repeat(1000)}; do :; done 2>/dev/null; touch "${ended}") & wait`;
    const { stdout, ...result } = await runProgram('sh', ['-c', script], options);
    expect(result).toMatchObject({ code: null, late: false, long: true });
    expect(stdout.length).toBeLessThan(400_000);
    // In a group of its own it is killed itself.
    if (apart) return;
    while (!existsSync(ended)) await new Promise((resolve) => setTimeout(resolve, 10));
  },
);

test('where a folder must be in a certain place, no other is advised', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  await expect(withTemporaryFolder('a-', async () => undefined, file)).rejects.toMatchObject({
    code: 'FILE_SYSTEM',
    message: `${file}: a file is where a folder should be`,
    hint: 'Remove or rename the file.',
  });
});
