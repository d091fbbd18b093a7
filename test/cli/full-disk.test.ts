import { execFile, spawnSync } from 'node:child_process';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runCommand, type CommandResult } from '../helpers/command-line.ts';
import { commandLine, ROOT } from '../helpers/project.ts';
import { site, type Site } from './setup.ts';

/** A tmpfs gives out whole pages. */
const PAGE = 4096;

let here: Site;
let dist = '';

beforeAll(async () => {
  here = await site();
  dist = join(here.project, 'dist');
});
afterAll(() => here.close());
beforeEach(() => rm(dist, { recursive: true, force: true }));

/** Linux lets an ordinary user mount in a namespace of their own, unless it is told not to. */
const MAY_MOUNT =
  spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'])
    .status === 0;

/** Runs a command with a dist/ that takes so many KiB; what is in it is gone afterwards. */
async function onSmallDisk(kib: number, name: string, ...args: readonly string[]): Promise<CommandResult> {
  await mkdir(dist, { recursive: true });
  const mount = `mount -t tmpfs -o size=${Math.ceil(kib)}k none "$0" && exec "$@"`;
  const command = [process.execPath, ...commandLine(name, ['--project', here.project, ...args])];
  const argv = ['--user', '--map-root-user', '--mount', 'sh', '-c', mount, dist, ...command];
  try {
    return { code: 0, ...(await promisify(execFile)('unshare', argv, { cwd: ROOT })) };
  } catch (error) {
    const { code, stdout, stderr } = error as CommandResult;
    return { code, stdout, stderr };
  }
}

function expectDiskFull({ code, stderr }: CommandResult, path: RegExp): void {
  expect(stderr).toMatch(
    /^error: .*: no space left on the disk\n {2}DISK_FULL \(usage\): Free space and run again: .*\n$/,
  );
  expect(stderr).toMatch(path);
  expect(code).toBe(1);
}

describe.runIf(MAY_MOUNT)('a full disk is named with its file, whatever was being written', () => {
  test('the archive of a release', async () => {
    expectDiskFull(await onSmallDisk(4, 'release'), /\/dist\/multus-1\.0\.0\.tgz: /);
  });

  test('the layout of a release', async () => {
    const { chart } = await packed();
    expectDiskFull(await onSmallDisk(chart * 1.5, 'release'), /\/dist\/oci\/\S+: /);
  });

  test('the layout of a bundle', async () => {
    expectDiskFull(await onSmallDisk(8, 'bundle'), /\/dist\/multus-1\.0\.0\.bundle\.tar\.layout\/\S+: /);
  });

  test('the .tar of a bundle', async () => {
    const { bundle } = await packed();
    expectDiskFull(
      await onSmallDisk(bundle + (3 * PAGE) / 1024, 'bundle', '--output', join(dist, 'x.tar')),
      /\/dist\/x\.tar: /,
    );
  });
});

/** KiB on a disk of the packed chart, and of all that a bundle holds. */
async function packed(): Promise<{ readonly chart: number; readonly bundle: number }> {
  const path = join(dist, 'bundle');
  await runCommand('bundle', ['--project', here.project, '--output', path]);
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const stats = await Promise.all(files.map(({ parentPath, name }) => stat(join(parentPath, name))));
  const sizes = stats.map(({ size }) => Math.ceil(size / PAGE) * (PAGE / 1024));
  return { chart: Math.max(...sizes), bundle: sizes.reduce((sum, size) => sum + size, 0) };
}

test('a file where dist/ should be, a folder where the archive should be: said so', async () => {
  await writeFile(dist, '');
  const release = (): Promise<CommandResult> => runCommand('release', ['--project', here.project]);
  const first = await release();
  expect(first.stderr).toMatch(/^error: .*\/dist: a file is where a folder should be\n {2}FILE_SYSTEM/);
  await rm(dist);
  await mkdir(join(dist, 'multus-1.0.0.tgz', 'full'), { recursive: true });
  const second = await release();
  expect(second.stderr).toMatch(
    /^error: .*\/dist\/multus-1\.0\.0\.tgz: a folder is where a file should be\n/,
  );
  expect([first.code, second.code, await readdir(dist)]).toEqual([1, 1, ['multus-1.0.0.tgz']]);
});
