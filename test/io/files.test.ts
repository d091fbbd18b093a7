import { isUtf8 } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readBytes, readInputText, readText, readTree, writeAtomic } from '../../scripts/io/files.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Every file and folder below the folder, sorted. */
async function all(): Promise<readonly string[]> {
  return (await readdir(folder, { recursive: true })).toSorted();
}

describe('reading', () => {
  test('no more than a limit, before anything is read', async () => {
    const path = join(folder, 'large');
    // A file of holes: reading it would take all memory.
    await writeFile(path, '');
    await truncate(path, 2 ** 40);
    await expect(readText(path)).rejects.toMatchObject({
      code: 'PARSE_LIMIT',
      message: `${path} has ${2 ** 40} bytes; the limit is 5242880`,
    });
    await expect(readBytes(path)).rejects.toMatchObject({
      message: `${path} has ${2 ** 40} bytes; the limit is 67108864`,
    });
    await truncate(path, 5 * 1024 * 1024);
    await expect(readText(path)).resolves.toHaveLength(5 * 1024 * 1024);
  });

  test.each([
    ['missing', 'ENOENT'],
    ['directory', 'EISDIR'],
  ])('a %s file: its path, the reason and what to do', async (name, reason) => {
    await mkdir(join(folder, 'directory'));
    const path = join(folder, name);
    const error = { code: 'FILE_MISSING', exitCode: 2, message: `Cannot read ${path}: ${reason}` };
    await expect(readText(path, 'Do this.')).rejects.toMatchObject({ ...error, hint: 'Do this.' });
    await expect(readBytes(path)).rejects.toMatchObject({
      ...error,
      hint: 'Check the path, or run the command that writes the file.',
    });
  });

  test('a byte order mark is no text', async () => {
    await writeFile(join(folder, 'a'), '\ufeffä\r\n');
    expect(await readText(join(folder, 'a'))).toBe('ä\r\n');
    expect([...(await readBytes(join(folder, 'a')))].slice(0, 3)).toEqual([0xef, 0xbb, 0xbf]);
  });

  test.each([
    ['\u00e4\nb\n\u00ff\n', 'latin1', 1, 'byte 0 is 0xE4'],
    ['recipe: 1\n# caf\u00e9\n', 'latin1', 2, 'byte 15 is 0xE9'],
    ['a\n', 'utf16le', 1, undefined],
    ['\ufeffa', 'utf16le', 1, 'byte 0 is 0xFF'],
  ] as const)('%j in %s is no UTF-8: the line and the byte', async (text, encoding, line, reason) => {
    const path = join(folder, 'a');
    await writeFile(path, Buffer.from(text, encoding));
    // NUL is UTF-8; what is read decides about it.
    if (reason === undefined) expect(await readText(path)).toBe('a\0\n\0');
    else
      await expect(readText(path)).rejects.toMatchObject({
        code: 'PARSE_ENCODING',
        message: `${path}:${line} is not UTF-8 text: ${reason}`,
      });
  });

  test('a text that is cut in the middle of a character', async () => {
    await writeFile(join(folder, 'a'), Buffer.from('a\n\u20ac').subarray(0, -1));
    await expect(readText(join(folder, 'a'))).rejects.toMatchObject({
      message: `${join(folder, 'a')}:2 is not UTF-8 text: byte 2 is 0xE2`,
    });
  });

  test('any bytes are text or refused with the first that is wrong', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 12 }), async (bytes) => {
        await writeFile(join(folder, 'a'), bytes);
        const text = await readText(join(folder, 'a')).catch((error: Error) => error);
        expect(typeof text === 'string').toBe(isUtf8(bytes));
        const at = /byte (\d+) is/.exec(String(text))?.[1];
        if (at === undefined) return;
        expect(isUtf8(bytes.subarray(0, Number(at)))).toBe(true);
        expect(isUtf8(bytes.subarray(0, Number(at) + 1))).toBe(false);
      }),
    );
  });

  test.each([
    ['a named pipe', (path: string) => spawnSync('mkfifo', [path])],
    ['a device', (path: string) => symlink('/dev/zero', path)],
  ])('%s that a user names is not waited for', async (kind, make) => {
    await make(join(folder, 'a'));
    await expect(readBytes(join(folder, 'a'))).rejects.toMatchObject({
      code: 'FILE_MISSING',
      message: `Cannot read ${join(folder, 'a')}: it is ${kind}, not a file`,
    });
  });

  test('standard input that does not stop, or is no text', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield new Uint8Array(65_536);
    }
    await expect(readInputText(endless(), 2 ** 20)).rejects.toMatchObject({
      code: 'PARSE_LIMIT',
      message: `standard input has more than ${2 ** 20} bytes`,
    });
    const text = (bytes: Uint8Array): Promise<string> => readInputText(Readable.from([bytes]));
    await expect(text(Buffer.from('caf\u00e9', 'latin1'))).rejects.toMatchObject({
      code: 'PARSE_ENCODING',
      message: 'standard input:1 is not UTF-8 text: byte 3 is 0xE9',
    });
    expect(await text(Buffer.from('\uFEFFa: caf\u00e9'))).toBe('a: caf\u00e9');
  });
  test.runIf(process.platform === 'linux')(
    'a file without a size that does not end is not read',
    async () => {
      await expect(readText('/proc/self/pagemap')).rejects.toMatchObject({
        code: 'PARSE_LIMIT',
        message: `/proc/self/pagemap has more bytes; the limit is ${5 * 2 ** 20}`,
      });
      expect(await readText('/proc/self/status')).toContain('Pid:');
    },
  );

  test('a file that is larger than any text is not read', async () => {
    await (await open(join(folder, 'a'), 'w')).truncate(2 ** 40);
    await expect(readText(join(folder, 'a'))).rejects.toMatchObject({
      code: 'PARSE_LIMIT',
      message: `${join(folder, 'a')} has ${2 ** 40} bytes; the limit is ${5 * 2 ** 20}`,
    });
  });

  test('a tree: files by path in one order, no folders; none where nothing is; a link is refused', async () => {
    await mkdir(join(folder, 'b', 'empty'), { recursive: true });
    for (const path of ['b/z', 'b/A', 'a', 'c']) await writeFile(join(folder, path), path);
    expect([...(await readTree(folder))]).toEqual(['a', 'b/A', 'b/z', 'c'].map((path) => [path, path]));
    expect(await readTree(join(folder, 'none'))).toEqual(new Map());
    await symlink(join(folder, 'a'), join(folder, 'link'));
    await expect(readTree(folder)).rejects.toMatchObject({ code: 'FILE_SYSTEM' });
  });
});

describe('writing whole or not at all', () => {
  test('makes folders, replaces, leaves nothing beside', async () => {
    const path = join(folder, 'a', 'b', 'c');
    await writeAtomic(path, 'first');
    await writeAtomic(path, Buffer.from('second'), 0o755);
    expect(await readFile(path, 'utf8')).toBe('second');
    expect((await stat(path)).mode & 0o700).toBe(0o700);
    expect(await all()).toEqual(['a', 'a/b', 'a/b/c']);
  });

  test('what cannot be put in place is removed, and what was there stays', async () => {
    await mkdir(join(folder, 'taken', 'full'), { recursive: true });
    await expect(writeAtomic(join(folder, 'taken'), 'text')).rejects.toMatchObject({
      code: 'FILE_SYSTEM',
      message: `${join(folder, 'taken')}: a folder is where a file should be`,
    });
    expect(await all()).toEqual(['taken', 'taken/full']);
  });

  test('a reader sees the old or the new, with many writers at once', async () => {
    const path = join(folder, 'a');
    const texts = ['x', 'y', 'z'].map((letter) => letter.repeat(200_000));
    await writeAtomic(path, texts[0] ?? '');
    const writers = texts.flatMap((text) => [writeAtomic(path, text), writeAtomic(path, text)]);
    const readers = Array.from({ length: 20 }, () => readFile(path, 'utf8'));
    for (const seen of await Promise.all(readers)) expect(texts.includes(seen)).toBe(true);
    await Promise.all(writers);
    expect(await all()).toEqual(['a']);
  });
});
