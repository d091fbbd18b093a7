import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ChartError } from '../../scripts/errors.ts';
import { ensureWritable, writeAtomic } from '../../scripts/io/files.ts';
import { fileSystemError, writing } from '../../scripts/io/file-system.ts';

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

test('a folder that cannot be made says so, where Node says only that there is none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'file-system-'));
  const path = join(folder, 'dist');
  await symlink(join(folder, 'nowhere', 'else'), path);
  const expected = { code: 'FILE_SYSTEM', hint: expect.stringContaining('a link on the way') as string };
  await expect(writeAtomic(join(path, 'a'), 'text')).rejects.toMatchObject({
    ...expected,
    message: `${path}/a: the folder for it cannot be made`,
  });
  await expect(ensureWritable(path)).rejects.toMatchObject(expected);
  expect(await readdir(folder)).toEqual(['dist']);
  await rm(folder, { recursive: true });
});
