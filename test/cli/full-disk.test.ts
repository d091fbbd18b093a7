import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand, type CommandResult } from '../helpers/command-line.ts';
import { MAY_MOUNT } from '../helpers/shell.ts';
import { expectDiskFull, packedSizes, smallDisk } from './disk-full.ts';

const disk = smallDisk();

// The other files of a release and of a bundle: test/long/full-disk.test.ts.
test.runIf(MAY_MOUNT)('a full disk is named with its file: the layout of a release', async () => {
  const { chart } = await packedSizes(disk.project());
  expectDiskFull(await disk.run(chart * 1.5, ['release']), /\/dist\/oci\/\S+: /);
});

test('a file where dist/ should be, a folder where the archive should be: said so', async () => {
  const project = disk.project();
  const dist = join(project, 'dist');
  await writeFile(dist, '');
  const release = (): Promise<CommandResult> => runCommand('release', ['--project', project]);
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
