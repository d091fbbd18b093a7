import { join } from 'node:path';
import { describe, test } from 'vitest';
import { expectDiskFull, packedSizes, smallDisk } from '../cli/disk-full.ts';
import { MAY_MOUNT } from '../helpers/shell.ts';

const disk = smallDisk();

/** The layout of a release: test/cli/full-disk.test.ts. */
describe.runIf(MAY_MOUNT)('a full disk is named with its file, whatever was being written', () => {
  test('the archive of a release', async () => {
    expectDiskFull(await disk.run(4, ['release']), /\/dist\/multus-1\.0\.0\.tgz: /);
  });

  test('the layout of a bundle', async () => {
    expectDiskFull(await disk.run(8, ['bundle']), /\/dist\/multus-1\.0\.0\.bundle\.tar\.layout\/\S+: /);
  });

  test('the .tar of a bundle', async () => {
    const { bundle, page } = await packedSizes(disk.project());
    const words = ['bundle', '--output', join(disk.project(), 'dist', 'x.tar')] as const;
    expectDiskFull(await disk.run(bundle + 3 * page, words), /\/dist\/x\.tar: /);
  });
});
