import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { diffChart, writeChart } from '../../scripts/io/chart-dir.ts';
import { readBytes, readText, readTree, writeAtomic } from '../../scripts/io/files.ts';

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

  test('a tree: files by path in one order, no folders, no links; none where nothing is', async () => {
    await mkdir(join(folder, 'b', 'empty'), { recursive: true });
    for (const path of ['b/z', 'b/A', 'a', 'c']) await writeFile(join(folder, path), path);
    await symlink(join(folder, 'a'), join(folder, 'link'));
    expect([...(await readTree(folder))]).toEqual(['a', 'b/A', 'b/z', 'c'].map((path) => [path, path]));
    expect(await readTree(join(folder, 'none'))).toEqual(new Map());
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

describe('a folder of generated files', () => {
  const FILES = new Map([
    ['Chart.yaml', 'name: a\n'],
    ['templates/a.yaml', 'a: 1\n'],
    ['templates/b.yaml', 'b: 1\n'],
  ]);
  const NOTHING = { changed: [], added: [], removed: [] };

  test('is made, and then there is nothing to do', async () => {
    expect(await writeChart(folder, FILES)).toEqual({ ...NOTHING, added: [...FILES.keys()] });
    expect(await readTree(folder)).toEqual(FILES);
    expect(await writeChart(folder, FILES)).toEqual(NOTHING);
  });

  test('stale files go, changed ones are replaced, others are not touched', async () => {
    await writeChart(folder, FILES);
    await writeFile(join(folder, 'templates/a.yaml'), 'edited by hand\n');
    await rm(join(folder, 'templates/b.yaml'));
    await mkdir(join(folder, 'old'));
    for (const stale of ['old/c.yaml', 'templates/.hidden']) await writeFile(join(folder, stale), '');
    const { mtimeMs, ino } = await stat(join(folder, 'Chart.yaml'));
    const diff = {
      changed: ['templates/a.yaml'],
      added: ['templates/b.yaml'],
      removed: ['old/c.yaml', 'templates/.hidden'],
    };
    expect(await diffChart(folder, FILES)).toEqual(diff);
    expect(await readFile(join(folder, 'templates/a.yaml'), 'utf8')).toBe('edited by hand\n');
    expect(await writeChart(folder, FILES)).toEqual(diff);
    expect(await readTree(folder)).toEqual(FILES);
    expect(await stat(join(folder, 'Chart.yaml'))).toMatchObject({ mtimeMs, ino });
  });

  test('to look at what differs writes nothing', async () => {
    expect(await diffChart(join(folder, 'chart'), FILES)).toEqual({ ...NOTHING, added: [...FILES.keys()] });
    expect(await all()).toEqual([]);
  });

  test('only the bytes count, not the mode', async () => {
    await writeChart(folder, FILES);
    await chmod(join(folder, 'Chart.yaml'), 0o600);
    expect(await diffChart(folder, FILES)).toEqual(NOTHING);
  });
});
