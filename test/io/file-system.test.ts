import { mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ChartError } from '../../scripts/errors.ts';
import { ensureWritable, writeAtomic } from '../../scripts/io/files.ts';
import { fileSystemError, makeFolder, writing } from '../../scripts/io/file-system.ts';

function errno(code: string, path?: string): Error {
  return Object.assign(new Error(`${code}: the words of Node`), {
    code,
    ...(path !== undefined && { path }),
  });
}

test.each([
  ['ENOSPC', 'DISK_FULL', 'no space left on the disk'],
  ['EDQUOT', 'DISK_FULL', 'no space left on the disk'],
  ['EACCES', 'FILE_SYSTEM', 'no permission'],
  ['EROFS', 'FILE_SYSTEM', 'the file system is read-only'],
  ['EISDIR', 'FILE_SYSTEM', 'a folder is where a file should be'],
  ['ENOTDIR', 'FILE_SYSTEM', 'a file is where a folder should be'],
  ['EBUSY', 'FILE_SYSTEM', 'something is mounted there, or uses it'],
  ['ENAMETOOLONG', 'FILE_SYSTEM', 'the name is longer than the file system takes'],
  ['EXDEV', 'FILE_SYSTEM', 'it is on another file system'],
  ['EFBIG', 'FILE_SYSTEM', 'the file is larger than this process may write'],
])('%s is %s with the file, exit 1', async (errnoCode, code, reason) => {
  const expected = { code, exitCode: 1 };
  // An error of writing has no path; one of a temporary name has one that tells nobody anything.
  for (const error of [errno(errnoCode), errno(errnoCode, '/dist/a.12@host.x.tmp')]) {
    const written = writing('/dist/a', () => Promise.reject(error));
    await expect(written).rejects.toMatchObject({ ...expected, message: `/dist/a: ${reason}` });
  }
  const above = writing('/dist/a', () => Promise.reject(errno(errnoCode, '/dist')));
  await expect(above).rejects.toMatchObject({ ...expected, message: `/dist: ${reason}` });
  expect(fileSystemError(errno(errnoCode))).toMatchObject({ ...expected, message: reason });
});

test('other errors stay what they are', async () => {
  for (const error of [errno('ENOENT', '/a'), errno('ECONNRESET'), new ChartError('BUG', 'a bug'), 'text']) {
    expect(fileSystemError(error, '/dist/a')).toBeUndefined();
    await expect(writing('/dist/a', () => Promise.reject(error as Error))).rejects.toBe(error);
  }
});

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-system-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a link that leads nowhere is no folder', async () => {
  const path = join(folder, 'dist');
  await symlink(join(folder, 'nowhere', 'else'), path);
  const expected = { code: 'FILE_SYSTEM', message: `${path}: a file is where a folder should be` };
  await expect(writeAtomic(join(path, 'a'), 'text')).rejects.toMatchObject(expected);
  await expect(ensureWritable(path)).rejects.toMatchObject(expected);
  expect(await readdir(folder)).toEqual(['dist']);
});

// Node's own mkdir with `recursive` tries it without end.
test.runIf(process.platform === 'linux')('a folder that takes no other is said so, once', async () => {
  await expect(writeAtomic('/proc/none/deep/a', 'text')).rejects.toMatchObject({
    code: 'FILE_SYSTEM',
    message: '/proc/none/deep/a: the folder for it cannot be made',
  });
});

test('folders that several make at once are made', async () => {
  const paths = ['a/b/c', 'a/b/d', 'a/b', 'a/b/c/e/f'].map((path) => join(folder, path));
  await Promise.all([...paths, ...paths].map((path) => makeFolder(path)));
  expect((await readdir(folder, { recursive: true })).toSorted()).toEqual([
    'a',
    'a/b',
    'a/b/c',
    'a/b/c/e',
    'a/b/c/e/f',
    'a/b/d',
  ]);
});

// Two inits to one folder: the second finds the first one's project where there was nothing.
test('what takes no place because another has it is said with its own path', async () => {
  const [mine, taken] = [join(folder, 'mine'), join(folder, 'taken')];
  await mkdir(mine);
  await mkdir(join(taken, 'full'), { recursive: true });
  await expect(writing(taken, () => rename(mine, taken))).rejects.toMatchObject({
    code: 'FILE_SYSTEM',
    exitCode: 1,
    message: `${taken}: it is not empty, another process writes there`,
  });
});
