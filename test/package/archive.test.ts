import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChartFiles } from '../../scripts/assemble/assemble.ts';
import { packArchive, unpackArchive } from '../../scripts/package/archive.ts';

const MTIME = '2026-01-02T03:04:05Z';
const LARGEST = 5 * 1024 * 1024;
const BLOCK = 512;

/** The fields of a header of a tar archive (POSIX ustar), read without the library that wrote them. */
interface TarEntry {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly type: string;
}

function tarEntries(tgz: Uint8Array): readonly TarEntry[] {
  const tar = gunzipSync(tgz);
  const entries: TarEntry[] = [];
  for (let at = 0; tar[at] !== 0;) {
    const text = (start: number, length: number): string =>
      tar
        .subarray(at + start, at + start + length)
        .toString('latin1')
        .replace(/\0.*$/, '');
    const octal = (start: number, length: number): number => Number.parseInt(text(start, length), 8);
    const size = octal(124, 12);
    entries.push({
      name: text(0, 100),
      mode: octal(100, 8),
      uid: octal(108, 8),
      gid: octal(116, 8),
      size,
      mtime: octal(136, 12),
      type: text(156, 1),
    });
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}

const CHART = new Map([
  ['values.yaml', 'a: 1\n'],
  ['.helmignore', '*.swp\n'],
  ['templates/b.yaml', 'kind: B\n'],
  ['Chart.yaml', 'name: agent\nversion: 1.0.0\n'],
  ['templates/B.yaml', ''],
  ['README.md', 'é漢😀\n'],
]);

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('packArchive', () => {
  test('golden: Chart.yaml first, the rest by path, mode, owner and time fixed', async () => {
    const fixed = { mode: 0o644, uid: 0, gid: 0, mtime: Date.parse(MTIME) / 1000, type: '0' };
    expect(tarEntries(await packArchive('agent', CHART, MTIME))).toEqual([
      { name: 'agent/Chart.yaml', size: 27, ...fixed },
      { name: 'agent/.helmignore', size: 6, ...fixed },
      { name: 'agent/README.md', size: 10, ...fixed },
      { name: 'agent/templates/B.yaml', size: 0, ...fixed },
      { name: 'agent/templates/b.yaml', size: 8, ...fixed },
      { name: 'agent/values.yaml', size: 5, ...fixed },
    ]);
  });

  test('golden: the bytes; when they change, so does every digest that was ever released', async () => {
    expect(sha256(await packArchive('agent', CHART, MTIME))).toMatchInlineSnapshot(
      `"8f346b2ffbe5845aa0ed2e84bc7342d55287b9d0f99b1fba94490dfcd04cb3cb"`,
    );
  });

  test('the gzip header has no time and no name', async () => {
    const header = (await packArchive('agent', CHART, MTIME)).subarray(0, 8);
    expect([...header]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
  });

  test('the same files give the same bytes, whatever their order', async () => {
    const expected = sha256(await packArchive('agent', CHART, MTIME));
    const entries = [...CHART];
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(entries, { minLength: entries.length }), async (order) => {
        expect(sha256(await packArchive('agent', new Map(order), MTIME))).toBe(expected);
      }),
    );
  });

  test.each([
    ['a leading slash', '/etc/passwd'],
    ['the parent folder', '../a'],
    ['the parent folder inside', 'templates/../../a'],
    ['the parent folder at the end', 'templates/..'],
    ['the folder itself', './a'],
    ['an empty part', 'templates//a'],
    ['a folder', 'templates/'],
    ['a backslash', 'templates\\a'],
    ['nothing', ''],
  ])('a path with %s is refused', async (_, path) => {
    await expect(packArchive('agent', new Map([...CHART, [path, '']]), MTIME)).rejects.toMatchObject({
      code: 'PACKAGE_INVALID',
      message: `"${path}" is no path inside a chart`,
    });
  });

  test.each(['..a', 'a..', '.helmignore', 'templates/_helpers.tpl', 'a b', 'é'])(
    'a file may be named %s',
    async (path) => {
      const files = new Map([...CHART, [path, 'x']]);
      expect((await unpackArchive(await packArchive('agent', files, MTIME))).get(path)).toBe('x');
    },
  );

  test('a file may have 5 MiB and no byte more, however few characters they are', async () => {
    const withFile = (text: string): ChartFiles => new Map([...CHART, ['big.txt', text]]);
    const full = 'é'.repeat(LARGEST / 2);
    const packed = await packArchive('agent', withFile(full), MTIME);
    expect((await unpackArchive(packed)).get('big.txt')).toBe(full);
    await expect(packArchive('agent', withFile(`${full}a`), MTIME)).rejects.toMatchObject({
      code: 'PACKAGE_INVALID',
      message: 'big.txt has 5242881 bytes; Helm reads at most 5242880',
    });
  });
});

describe('unpackArchive', () => {
  test('whatever the files are, they are read back, sorted by path', async () => {
    const part = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.é-]{0,40}$/);
    const path = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'));
    const text = fc.string({ unit: 'grapheme', maxLength: 2000 });
    const drawn = fc.array(fc.tuple(path, text));
    await fc.assert(
      fc.asyncProperty(drawn, async (others) => {
        const files = new Map([...others, ['Chart.yaml', 'name: a']]);
        const back = await unpackArchive(await packArchive('agent', files, MTIME));
        expect(back).toEqual(files);
        expect([...back.keys()]).toEqual([...files.keys()].toSorted());
      }),
    );
  });

  test('a byte order mark stays', async () => {
    const files = new Map([...CHART, ['a.txt', '\uFEFFa']]);
    expect((await unpackArchive(await packArchive('agent', files, MTIME))).get('a.txt')).toBe('\uFEFFa');
  });

  test.each([
    ['nothing', () => new Uint8Array()],
    ['a text', () => new TextEncoder().encode('<html>')],
    ['a compressed text', () => gzipSync('<html>'.repeat(500))],
    ['half of an archive', (tgz: Uint8Array) => tgz.subarray(0, tgz.length / 2)],
    ['an archive that is cut off inside', (tgz: Uint8Array) => gzipSync(gunzipSync(tgz).subarray(0, 700))],
  ])('%s is no chart archive', async (_, spoil) => {
    const spoilt = spoil(await packArchive('agent', CHART, MTIME));
    await expect(unpackArchive(spoilt)).rejects.toMatchObject({
      code: 'PACKAGE_INVALID',
      message: 'The bytes are no chart archive',
    });
  });
});
