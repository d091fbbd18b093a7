import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { extentStream, tarFiles } from '../../scripts/bundle/tar-layout.ts';
import { bytesOf } from '../helpers/oci-graph.ts';
import { TAR_END, tarEntry } from '../helpers/tar.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tar-'));
});
afterEach(() => rm(folder, { recursive: true }));

const FILES = new Map(
  [0, 1, 512, 1500].map((size) => [`blobs/sha256/${size}`, Buffer.from(bytesOf('file', size))] as const),
);

async function written(): Promise<string> {
  const file = join(folder, 'made.tar');
  const entries = [...FILES].map(([path, bytes]) => tarEntry(path, bytes));
  await writeFile(file, Buffer.concat([...entries, TAR_END]));
  return file;
}

test('the files of a tar are found where they are', async () => {
  const file = await written();
  const files = await tarFiles(file);
  const found = await Promise.all(
    [...files].map(async ([path, extent]) => [path, await buffer(extentStream(file, extent))] as const),
  );
  expect(new Map(found)).toEqual(FILES);
});

test('a tar that was cut off is refused by the name of the file', async () => {
  const file = await written();
  await truncate(file, 3072);
  await expect(tarFiles(file)).rejects.toMatchObject({
    code: 'OCI_LAYOUT',
    message: `${file} is no tar of an OCI image layout: at byte 2560 it ends in the middle of "blobs/sha256/1500"`,
  });
});
