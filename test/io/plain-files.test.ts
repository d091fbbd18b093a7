import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { plainFiles, refuseUnplain } from '../../scripts/io/plain-files.ts';

let project = '';
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'plain-'));
});
afterEach(() => rm(project, { recursive: true }));

test('every file below a folder, in one order; of a file itself; none where nothing is', async () => {
  await mkdir(join(project, 'b', 'empty'), { recursive: true });
  for (const path of ['b/z', 'b/A', 'a', 'c']) await writeFile(join(project, path), path);
  expect(await plainFiles(project)).toEqual(['a', 'b/A', 'b/z', 'c'].map((path) => join(project, path)));
  expect(await plainFiles(join(project, 'a'))).toEqual([join(project, 'a')]);
  expect(await plainFiles(join(project, 'none'))).toEqual([]);
  expect(await plainFiles(join(project, 'a', 'below'))).toEqual([]);
});

type Make = (path: string) => unknown;

const linkTo =
  (target: string): Make =>
  (path) =>
    symlink(target, path);

const KINDS: readonly (readonly [string, Make])[] = [
  ['a symbolic link to /', linkTo('/')],
  ['a symbolic link to /etc/hostname', linkTo('/etc/hostname')],
  // Also one that stays inside, or leads nowhere or to itself: one rule for all.
  ['a symbolic link to recipe.yaml', linkTo('recipe.yaml')],
  ['a symbolic link to nowhere', linkTo('nowhere')],
  ['a named pipe', (path) => spawnSync('mkfifo', [path])],
  [
    'a socket',
    async (path) => {
      const server = createServer().listen(path);
      await once(server, 'listening');
      // It would be removed with the server.
      server.unref();
    },
  ],
];

test.each(KINDS)('%s is refused wherever it is in a project, with its path', async (kind, make) => {
  for (const path of [
    'recipe.yaml',
    'chart',
    'chart/templates',
    'templates/a/b.yaml',
    'dist/oci/blobs',
    'chart.sha256',
    '.chartlift-staged.lock',
  ]) {
    await rm(project, { recursive: true });
    await mkdir(join(project, path, '..'), { recursive: true });
    await make(join(project, path));
    await expect(refuseUnplain(project)).rejects.toMatchObject({
      code: 'FILE_SYSTEM',
      exitCode: 1,
      message: `${join(project, path)} is ${kind}`,
    });
  }
});

test.runIf(process.getuid?.() === 0)('a device is refused', async () => {
  expect(spawnSync('mknod', [join(project, 'recipe.yaml'), 'c', '1', '5']).status).toBe(0);
  await expect(refuseUnplain(project)).rejects.toMatchObject({
    message: `${join(project, 'recipe.yaml')} is a device`,
  });
});

test('a project may itself be reached by a link, and hold what is nobody’s business', async () => {
  await mkdir(join(project, 'real', 'chart'), { recursive: true });
  await symlink('real', join(project, 'link'));
  await symlink('/', join(project, 'real', 'node_modules'));
  await refuseUnplain(join(project, 'link'));
  await refuseUnplain(join(project, 'none'));
});

test('a path that only one command writes is looked at on the whole way', async () => {
  await symlink('/etc', join(project, 'docs'));
  await refuseUnplain(project);
  await expect(refuseUnplain(project, ['docs/errors.md'])).rejects.toMatchObject({
    message: `${join(project, 'docs')} is a symbolic link to /etc`,
  });
  await expect(refuseUnplain(project, ['docs/a/deep/path.md'])).rejects.toMatchObject({
    message: `${join(project, 'docs')} is a symbolic link to /etc`,
  });
});
