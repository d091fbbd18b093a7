import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileInside, textInside } from '../../scripts/io/inside.ts';

let root = '';
let folder = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'inside-'));
  folder = join(root, 'folder');
  await mkdir(join(folder, 'a'), { recursive: true });
  await writeFile(join(folder, 'a', 'file'), 'é');
  await writeFile(join(root, 'secret'), 'of somebody else');
});
afterEach(() => rm(root, { recursive: true }));

test('a file is found, and what is not there is undefined', async () => {
  expect(await fileInside(folder, 'a/file')).toMatchObject({ size: 2 });
  expect(await textInside(folder, 'a/file', 2)).toBe('é');
  for (const path of ['b', 'b/file', 'a/other', 'a/b/c']) {
    expect(await fileInside(folder, path)).toBeUndefined();
    expect(await textInside(folder, path, 2)).toBeUndefined();
  }
});

test('the folder itself may be a link', async () => {
  await symlink(folder, join(root, 'link'));
  expect(await textInside(join(root, 'link'), 'a/file', 2)).toBe('é');
});

test.each<[string, string, () => Promise<unknown>, string]>([
  [
    'a link to a file outside',
    'link',
    () => symlink('../secret', join(folder, 'link')),
    'link: a symbolic link is where a file',
  ],
  [
    'a link that leads nowhere',
    'link',
    () => symlink('nowhere', join(folder, 'link')),
    'link: a symbolic link is where a file',
  ],
  [
    'a link to itself',
    'link',
    () => symlink('link', join(folder, 'link')),
    'link: a symbolic link is where a file',
  ],
  [
    'a folder that is a link',
    'up/secret',
    () => symlink('..', join(folder, 'up')),
    'up: a symbolic link is where a folder',
  ],
  ['a folder', 'a', async () => undefined, 'a: a folder is where a file'],
  ['a file in a folder’s place', 'a/file/b', async () => undefined, 'a/file: a file is where a folder'],
  [
    'a FIFO',
    'fifo',
    async () => spawnSync('mkfifo', [join(folder, 'fifo')]),
    'fifo: a named pipe is where a file',
  ],
])('%s is refused, and nothing is read', async (_, path, make, message) => {
  await make();
  for (const look of [() => fileInside(folder, path), () => textInside(folder, path, 100)])
    await expect(look()).rejects.toMatchObject({
      code: 'FILE_SYSTEM',
      message: `${join(folder, message)} should be`,
    });
});

test('a device is refused', async () => {
  await expect(fileInside('/dev', 'zero')).rejects.toMatchObject({
    message: '/dev/zero: a device is where a file should be',
  });
});

test('a file that is larger than anything of its kind is not read', async () => {
  await expect(textInside(folder, 'a/file', 1)).rejects.toMatchObject({
    code: 'FILE_SYSTEM',
    message: `${join(folder, 'a/file')} has 2 bytes, more than 1`,
  });
});
