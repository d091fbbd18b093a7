import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChartError } from '../../scripts/errors.ts';
import { filesOfTar } from '../../scripts/package/tar.ts';
import { bytesOf } from '../helpers/oci-graph.ts';
import { ofType, paxRecord, TAR_END, tarEntry } from '../helpers/tar.ts';

/** The files of a tar in memory, path → bytes. */
async function filesIn(tar: Buffer): Promise<ReadonlyMap<string, Buffer>> {
  const files = await filesOfTar({
    size: tar.length,
    read: async (offset, length) => tar.subarray(offset, offset + length),
    fault: (reason) => new ChartError('OCI_LAYOUT', `a.tar: ${reason}`),
  });
  return new Map(
    [...files].map(([path, { offset, size }]) => [path, tar.subarray(offset, offset + size)] as const),
  );
}

/** A tar of files, made by the system's tar. */
async function packed(format: string, files: ReadonlyMap<string, Buffer>): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'tar-'));
  try {
    await mkdir(join(folder, 'source'));
    for (const [path, bytes] of files) {
      const file = join(folder, 'source', path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes);
    }
    const made = join(folder, 'made.tar');
    const args = [`--format=${format}`, '-C', join(folder, 'source'), '-cf', made, '.'];
    const { status, stderr } = spawnSync('tar', args, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    return await readFile(made);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Bytes of a path that a format has room for; its folders and its file are shorter. */
const ROOM = { v7: 95, ustar: 95, oldgnu: 400, gnu: 400, pax: 400 } as const;

const part = fc.oneof(
  fc.stringMatching(/^[a-z0-9_-]{1,30}$/),
  // Long enough for the longest field to end in it, or right before its slash.
  fc.integer({ min: 90, max: 130 }).map((length) => 'l'.repeat(length)),
  fc.stringMatching(/^[é漢😀 =]{1,20}$/u),
);
const tree = fc
  .array(
    fc.tuple(
      fc.array(part, { minLength: 1, maxLength: 4 }),
      fc.oneof(fc.constantFrom(0, 1, 511, 512, 513, 1024), fc.nat(5000)),
    ),
    { maxLength: 6 },
  )
  .map((drawn) => drawn.map(([parts, size]) => [parts.join('/'), bytesOf('file', size)] as const));

test.each(Object.entries(ROOM))(
  'what the system’s tar writes as %s is read as it was',
  async (format, room) => {
    await fc.assert(
      fc.asyncProperty(tree, async (drawn) => {
        const fitting = drawn.filter(([path]) => Buffer.byteLength(path) <= room);
        // A path below another that is a file is none.
        const files = new Map(
          fitting
            .filter(([path]) => !fitting.some(([other]) => path.startsWith(`${other}/`)))
            .map(([path, bytes]) => [path, Buffer.from(bytes)] as const),
        );
        expect(await filesIn(await packed(format, files))).toEqual(files);
      }),
      { numRuns: 30 },
    );
  },
);

const size = (text: string) => (header: Buffer) => {
  header.fill(0, 124, 136);
  header.write(text, 124, 'latin1');
};
const pax = (...records: readonly string[]): Buffer =>
  tarEntry('PaxHeaders/x', records.join(''), ofType('x'));
const global = (...records: readonly string[]): Buffer =>
  tarEntry('pax_global', records.join(''), ofType('g'));
const longName = (name: string): Buffer => tarEntry('././@LongLink', name, ofType('L'));
const A = tarEntry('a', 'abc');
const NONE = size('00000000000');

test.each<[string, readonly Buffer[], string]>([
  ['a plain file', [A], 'a'],
  ['a type of before ustar', [tarEntry('a', 'abc', ofType('\0'))], 'a'],
  ['a folder of before ustar', [tarEntry('d/'), tarEntry('d/a', 'abc')], 'd/a'],
  ['the folder that was packed', [tarEntry('./', '', ofType('5')), tarEntry('././a', 'abc')], 'a'],
  ['spaces around a size', [tarEntry('a', 'abc', size('          3 '))], 'a'],
  ['a size in binary', [tarEntry('a', 'abc', size(`\u0080${'\0'.repeat(10)}\u0003`))], 'a'],
  ['a size in an extended header', [pax(paxRecord('size', '3')), tarEntry('a', 'abc', NONE)], 'a'],
  ['a name in an extended header', [pax(paxRecord('path', 'é=\n')), A], 'é=\n'],
  ['the last of two names', [pax(paxRecord('path', 'b'), paxRecord('path', 'c')), A], 'c'],
  ['a long name', [longName(`${'b'.repeat(200)}\0`), A], 'b'.repeat(200)],
  [
    'an extended header with other things',
    [pax(paxRecord('SCHILY.xattr.a', '\0\n=é'), paxRecord('mtime', '1.5')), A],
    'a',
  ],
  ['a comment for all files, as git archive writes it', [global(paxRecord('comment', 'f00')), A], 'a'],
])('%s is read', async (_, tar, path) => {
  const files = await filesIn(Buffer.concat([...tar, TAR_END]));
  expect([...files].map(([name, bytes]) => [name, String(bytes)])).toEqual([[path, 'abc']]);
});

test.each<[string, readonly (Buffer | string)[], string]>([
  ['a negative size', [tarEntry('a', 'abc', size('-0000000003'))], '0 the size of "a" is no number'],
  ['a size with a sign', [tarEntry('a', 'abc', size('+0000000003'))], '0 the size of "a" is no number'],
  ['a size that is not octal', [tarEntry('a', 'abc', size('00000000009'))], '0 the size of "a" is no number'],
  ['a hexadecimal size', [tarEntry('a', 'abc', size('0x3'))], '0 the size of "a" is no number'],
  ['no size', [tarEntry('a', 'abc', size(''))], '0 the size of "a" is no number'],
  [
    'a size with something behind it',
    [tarEntry('a', 'abc', size('3\u00007'))],
    '0 the size of "a" is no number',
  ],
  [
    'a negative size in binary',
    [tarEntry('a', 'abc', size('\u00ff'.repeat(12)))],
    '0 the size of "a" is no number',
  ],
  [
    'a huge size in binary',
    [tarEntry('a', 'abc', size(`\u0080${'\u0001'.repeat(11)}`))],
    '0 the size of "a" is no number',
  ],
  [
    'a size beyond the end',
    [A, tarEntry('b', 'abc', size('00000100000'))],
    '1024 it ends in the middle of "b"',
  ],
  [
    'a size beyond the end in an extended header',
    [pax(paxRecord('size', '999999999999999')), A],
    '1024 it ends in the middle of "a"',
  ],
  ['a size in an extended header that is none', [pax(paxRecord('size', '-3')), A], '0 a size is no number'],
  [
    'a name in an extended header that ends early',
    [pax(paxRecord('path', 'a\0b')), A],
    '0 a name is not UTF-8',
  ],
  [
    'an extended header whose length is another',
    [pax('12 path=b\n'), A],
    '0 an extended header is malformed',
  ],
  [
    'an extended header whose length is less than its key',
    [pax('7 path=b\n'), A],
    '0 an extended header is malformed',
  ],
  ['an extended header without a line break', [pax('9 path=b '), A], '0 an extended header is malformed'],
  ['an extended header with a length from 0', [pax('010 path=b\n'), A], '0 an extended header is malformed'],
  [
    'a sparse file of pax',
    [pax(paxRecord('GNU.sparse.major', '1')), A],
    '0 an extended header has GNU.sparse.major, which is not supported',
  ],
  [
    'names in another encoding',
    [pax(paxRecord('hdrcharset', 'BINARY')), A],
    '0 an extended header has hdrcharset, which is not supported',
  ],
  [
    'a size for all files',
    [global(paxRecord('size', '3')), A],
    '0 an extended header has size, which is not supported',
  ],
  [
    'a name for all files',
    [global(paxRecord('path', 'b')), A],
    '0 an extended header has path, which is not supported',
  ],
  [
    'two extended headers',
    [pax(paxRecord('path', 'b')), pax(paxRecord('path', 'c')), A],
    '1024 an extended header follows another',
  ],
  ['an extended header of 2 MiB', [pax('x'.repeat(2 ** 21)), A], '0 an extended header has 2097152 bytes'],
  [
    'an extended header at the end',
    [A, pax(paxRecord('path', 'b'))],
    '2048 an extended header has no file behind it',
  ],
  ['a long name with two ends', [longName('b\0c\0'), A], '0 a long name does not end where it should'],
  ['a long name without end', [longName('b'), A], '0 a long name does not end where it should'],
  [
    'a name that is not UTF-8',
    [tarEntry('a', 'abc', (header) => void header.writeUInt8(0xff, 0))],
    '0 a name is not UTF-8',
  ],
  ['a wrong checksum', [Buffer.from(A).fill('b', 0, 1)], '0 a header has another checksum'],
  ['a checksum with a sign', [Buffer.from(A).fill('-', 148, 149)], '0 a header has another checksum'],
  [
    'another magic',
    [tarEntry('a', 'abc', (header) => void header.write('uztar', 257))],
    '0 a header is of an unknown format',
  ],
  ['a file twice', [A, tarEntry('./a', 'xyz')], '1024 "./a" is there twice'],
  ['a hard link', [A, tarEntry('b', '', ofType('1'))], '1024 "b" is a hard link'],
  ['a symbolic link', [tarEntry('b', '', ofType('2'))], '0 "b" is a symbolic link'],
  [
    'a link with a long name',
    [tarEntry('././@LongLink', 'b\0', ofType('K'))],
    '0 "././@LongLink" is a link with a long name',
  ],
  ['a character device', [tarEntry('b', '', ofType('3'))], '0 "b" is a device'],
  ['a block device', [tarEntry('b', '', ofType('4'))], '0 "b" is a device'],
  ['a FIFO', [tarEntry('b', '', ofType('6'))], '0 "b" is a FIFO'],
  ['a sparse file of GNU', [tarEntry('b', 'abc', ofType('S'))], '0 "b" is a sparse file'],
  ['a volume of several', [tarEntry('b', 'abc', ofType('M'))], '0 "b" is continued from another tar'],
  ['a type that nobody knows', [tarEntry('b', 'abc', ofType('Z'))], '0 "b" is of type "Z"'],
  ['a folder with a size', [tarEntry('b', 'abc', ofType('5'))], '0 "b" is a folder with a size'],
  ['an absolute path', [tarEntry('/a', 'abc')], '0 "/a" is no path inside a tar'],
  ['the parent folder', [tarEntry('../a', 'abc')], '0 "../a" is no path inside a tar'],
  ['the parent folder inside', [tarEntry('b/../../a', 'abc')], '0 "b/../../a" is no path inside a tar'],
  ['a folder above', [tarEntry('b/../..', '', ofType('5'))], '0 "b/../.." is no path inside a tar'],
  ['an empty name', [tarEntry('', 'abc')], '0 "" is no path inside a tar'],
])('%s is refused, with its place', async (_, tar, message) => {
  const bytes = Buffer.concat([...tar.map((piece) => Buffer.from(piece)), TAR_END]);
  await expect(filesIn(bytes)).rejects.toMatchObject({
    code: 'OCI_LAYOUT',
    message: `a.tar: at byte ${message}`,
  });
});

test.each<[string, readonly Buffer[], string]>([
  ['nothing', [], '0 it ends without the two empty blocks that end a tar'],
  ['half a header', [A, A.subarray(0, 100)], '1024 it ends without the two empty blocks that end a tar'],
  ['no end', [A], '1024 it ends without the two empty blocks that end a tar'],
  ['half an end', [A, Buffer.alloc(512)], '1024 it ends without the two empty blocks that end a tar'],
  [
    'a file behind one empty block',
    [A, Buffer.alloc(512), tarEntry('b'), TAR_END],
    '1024 it goes on behind its end',
  ],
  ['another tar behind it', [A, TAR_END, tarEntry('b'), TAR_END], '1024 it goes on behind its end'],
  ['a byte behind it', [A, TAR_END, Buffer.from('x')], '1024 it goes on behind its end'],
  ['a filling of 2 MiB', [A, Buffer.alloc(2 ** 21)], '1024 its end is filled up by 2096640 bytes'],
])('a tar with %s is refused', async (_, tar, message) => {
  await expect(filesIn(Buffer.concat(tar))).rejects.toMatchObject({
    code: 'OCI_LAYOUT',
    message: `a.tar: at byte ${message}`,
  });
});
