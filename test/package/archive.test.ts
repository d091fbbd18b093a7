import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChartFiles } from '../../scripts/chart/assemble.ts';
import { writeChart } from '../../scripts/io/chart-dir.ts';
import { testEngines } from '../helpers/engines.ts';
import { packArchive, unpackArchive } from '../../scripts/package/archive.ts';
import { parseMetadata } from '../../scripts/package/metadata.ts';
import { withArchive } from '../../scripts/verify/load-archive.ts';
import { TAR_END, tarEntry } from '../helpers/tar.ts';

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

const AGENT = 'apiVersion: v2\nname: agent\nversion: 1.0.0\n';

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
    ['two dots before its name', '..a'],
    ['a drive', 'c:/a'],
    ['a NUL', 'a\0b'],
    ['nothing', ''],
  ])('a path with %s is refused', async (_, path) => {
    await expect(packArchive('agent', new Map([...CHART, [path, '']]), MTIME)).rejects.toMatchObject({
      code: 'PACKAGE_INVALID',
      message: `${JSON.stringify(path)} is no path inside a chart`,
    });
  });

  test.each([
    'a..',
    'b/..a',
    '.helmignore',
    'templates/_helpers.tpl',
    'a b',
    'a\nb',
    'é漢😀',
    'é'.repeat(60),
    'x'.repeat(101),
    'x'.repeat(300),
    `${'d'.repeat(155)}/${'f'.repeat(99)}`,
    `${'d'.repeat(200)}/${'f'.repeat(300)}`,
  ])('a file may be named %j, and every Helm reads it', async (path) => {
    const list = '{{ range $path, $_ := .Files }}\n# {{ $path | quote }}{{ end }}';
    const files = new Map([...CHART, ['Chart.yaml', AGENT], ['templates/b.yaml', list], [path, 'x']]);
    const packed = await packArchive('agent', files, MTIME);
    expect((await unpackArchive(packed)).get(path)).toBe('x');
    if (path.startsWith('templates/')) return;
    await withArchive({ name: 'agent', version: '1.0.0' }, packed, async (file) => {
      for (const helm of await testEngines()) {
        const { stdout, stderr } = await helm.exec(['template', 'agent', file]);
        expect(stderr).toBe('');
        expect(stdout).toContain(`# ${JSON.stringify(path)}\n`);
      }
    });
  });

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

  test('what helm package makes is read as it was, names that no plain header holds too', async () => {
    const files = new Map([
      ['Chart.yaml', AGENT],
      ['values.yaml', 'a: 1\n'],
      ['é漢😀.txt', 'é'],
      [`${'d'.repeat(120)}/${'f'.repeat(120)}.txt`, ''],
    ]);
    const folder = await mkdtemp(join(tmpdir(), 'helm-package-'));
    try {
      await writeChart(join(folder, 'agent'), files);
      for (const helm of await testEngines()) {
        const { stderr } = await helm.exec(['package', join(folder, 'agent'), '--destination', folder]);
        expect(stderr).toBe('');
        const found = await unpackArchive(await readFile(join(folder, 'agent-1.0.0.tgz')));
        const { name } = parseMetadata(found.get('Chart.yaml') ?? '');
        expect(new Map([...found, ['Chart.yaml', name]])).toEqual(
          new Map([...files, ['Chart.yaml', 'agent']]),
        );
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test.each([
    ['nothing', () => new Uint8Array(), 'unexpected end of file'],
    ['a text', () => new TextEncoder().encode('<html>'), 'incorrect header check'],
    ['a compressed text', () => gzipSync('<html>'.repeat(500)), 'at byte 0 a header has another checksum'],
    ['half of an archive', (tgz: Uint8Array) => tgz.subarray(0, tgz.length / 2), 'unexpected end of file'],
    [
      'an archive that is cut off inside',
      (tgz: Uint8Array) => gzipSync(gunzipSync(tgz).subarray(0, 700)),
      'at byte 1024 it ends without the two empty blocks that end a tar',
    ],
    [
      'more than Helm opens',
      () => gzipSync(new Uint8Array(100 * 1024 * 1024 + 1)),
      'unpacked it has more than 104857600 bytes',
    ],
    [
      'two files of one path in two folders',
      () => gzipSync(Buffer.concat([tarEntry('a/x'), tarEntry('b/x'), TAR_END])),
      'two files have one path below their folders',
    ],
  ])('%s is no chart archive', async (_, spoil, reason) => {
    const spoilt = spoil(await packArchive('agent', CHART, MTIME));
    await expect(unpackArchive(spoilt)).rejects.toMatchObject({
      code: 'PACKAGE_INVALID',
      message: `The bytes are no chart archive: ${reason}`,
    });
  });
});
