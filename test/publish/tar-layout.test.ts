import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { extentStream, tarFiles } from '../../scripts/publish/tar-layout.ts';
import { formatHeader } from '../../scripts/publish/tar-header.ts';
import { bytesOf } from '../helpers/oci-graph.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tar-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Longer than the 100 characters that a plain header has for it. */
const LONG = `${'d'.repeat(90)}/${'f'.repeat(120)}`;
/** For which ustar has two fields. */
const SPLIT = `blobs/${'p'.repeat(90)}/${'f'.repeat(90)}`;
const SIZES = {
  'index.json': 3,
  empty: 0,
  'blobs/sha256/a': 512,
  'blobs/sha256/b': 1500,
  [SPLIT]: 20,
  [LONG]: 10,
};

/** A tar of files of these sizes, made by the system's tar. */
async function packed(format: string, paths: readonly string[]): Promise<string> {
  const source = join(folder, 'source');
  for (const [path, size] of Object.entries(SIZES)) {
    await mkdir(join(source, path, '..'), { recursive: true });
    await writeFile(join(source, path), bytesOf(path, size));
  }
  const file = join(folder, 'made.tar');
  const { status, stderr } = spawnSync('tar', [`--format=${format}`, '-C', source, '-cf', file, ...paths]);
  expect([status, stderr.toString()]).toEqual([0, '']);
  return file;
}

/** Gives a header that was altered the checksum that it has now. */
function seal(header: Buffer): void {
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
}

test.each(['gnu', 'pax', 'ustar'])(
  'the files of a tar of format %s are found where they are',
  async (format) => {
    // ustar has no room for the long name.
    const paths = format === 'ustar' ? ['./index.json', './empty', './blobs'] : ['.'];
    const file = await packed(format, paths);
    const files = await tarFiles(file);
    const expected = Object.keys(SIZES).filter((path) => format !== 'ustar' || path !== LONG);
    expect([...files.keys()].toSorted()).toEqual(expected.toSorted());
    for (const [path, extent] of files) {
      const bytes = await buffer(extentStream(file, extent));
      expect(Buffer.compare(bytes, Buffer.from(bytesOf(path, bytes.length)))).toBe(0);
      expect(bytes.length).toBe(SIZES[path]);
    }
  },
);

test('a size that needs more than octal digits is read', async () => {
  const file = await packed('gnu', ['index.json']);
  const bytes = await readFile(file);
  bytes.fill(0, 124, 136);
  bytes.writeUInt8(0x80, 124);
  bytes.writeUInt8(3, 135);
  seal(bytes.subarray(0, 512));
  await writeFile(file, bytes);
  expect(await tarFiles(file)).toEqual(new Map([['index.json', { offset: 512, size: 3 }]]));
});

test('a size in an extended header is that of the file behind it', async () => {
  const file = await packed('ustar', ['index.json']);
  const bytes = await readFile(file);
  bytes.fill('0', 124, 135);
  seal(bytes.subarray(0, 512));
  const extended = Buffer.concat([formatHeader('PaxHeaders/index.json', 9), Buffer.alloc(512)]);
  extended.write('x', 156);
  extended.write('9 size=3\n', 512);
  seal(extended.subarray(0, 512));
  await writeFile(file, Buffer.concat([extended, bytes]));
  expect(await tarFiles(file)).toEqual(new Map([['index.json', { offset: 1536, size: 3 }]]));
});

test('a tar that was cut off is refused by the name of the file', async () => {
  const file = await packed('gnu', ['blobs/sha256/b']);
  await truncate(file, 1024);
  await expect(tarFiles(file)).rejects.toMatchObject({
    code: 'OCI_LAYOUT',
    message: `${file} is no tar of an OCI image layout: it ends in the middle of blobs/sha256/b`,
  });
});
