import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { finishTogether, writeTogether } from '../../scripts/io/together.ts';

let project = '';

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'together-'));
  await mkdir(join(project, 'chart'));
  await writeFile(join(project, 'a'), 'old a');
  await writeFile(join(project, 'chart', 'gone'), 'gone');
});
afterEach(() => rm(project, { recursive: true }));

async function tree(): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(project, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(
      files.map(async (path) => [path.slice(project.length + 1), await readFile(path, 'utf8')] as const),
    ),
  );
}

const CHANGE = {
  writes: new Map([
    ['a', 'new a'],
    ['chart/deep/b', 'new b'],
  ]),
  removes: ['chart/gone'],
};
const AFTER = { a: 'new a', 'chart/deep/b': 'new b' };

test('all of it, and nothing is left behind', async () => {
  await writeTogether(project, CHANGE);
  expect(await tree()).toEqual(AFTER);
  expect((await readdir(project)).toSorted()).toEqual(['a', 'chart']);
});

test('what cannot be written puts all back', async () => {
  await mkdir(join(project, 'chart', 'deep', 'b', 'in'), { recursive: true });
  const before = await tree();
  await expect(writeTogether(project, CHANGE)).rejects.toThrow(/EISDIR|folder/);
  expect(await tree()).toEqual(before);
  expect((await readdir(project)).toSorted()).toEqual(['a', 'chart']);
});

/** As a process leaves it that is killed when so many files have taken their places. */
async function killedAfter(placed: number): Promise<void> {
  const staged = join(project, '.chartlift-staged');
  await mkdir(staged);
  const writes = [...CHANGE.writes];
  for (const [i, [, text]] of writes.entries()) await writeFile(join(staged, String(i)), text);
  await writeFile(
    join(staged, 'list.json'),
    JSON.stringify({ writes: [...CHANGE.writes.keys()], removes: CHANGE.removes }),
  );
  await mkdir(join(project, 'chart', 'deep'));
  for (const [i, [path]] of writes.slice(0, placed).entries())
    await rename(join(staged, String(i)), join(project, path));
}

test.each([0, 1, 2])(
  'killed when %d files were in their places: the next command finishes',
  async (placed) => {
    await killedAfter(placed);
    await finishTogether(project);
    expect(await tree()).toEqual(AFTER);
    expect((await readdir(project)).toSorted()).toEqual(['a', 'chart']);
  },
);

test('nothing is written or removed through a link, nor by what somebody else left to be finished', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'outside-'));
  await writeFile(join(outside, 'thesis'), 'years of work');
  await symlink(outside, join(project, 'link'));
  const refused = {
    code: 'FILE_SYSTEM',
    message: `${join(project, 'link')} is a symbolic link to ${outside}`,
  };
  for (const [writes, removes] of [
    [['link/deep/new'], []],
    [['link/thesis'], []],
    [[], ['link/thesis']],
  ]) {
    const change = { writes: new Map(writes?.map((path) => [path, 'mine'])), removes: removes ?? [] };
    await expect(writeTogether(project, change)).rejects.toMatchObject(refused);
    const staged = join(project, '.chartlift-staged');
    await mkdir(staged);
    await writeFile(join(staged, 'list.json'), JSON.stringify({ writes, removes }));
    await writeFile(join(staged, '0'), 'mine');
    await expect(finishTogether(project)).rejects.toMatchObject(refused);
    await rm(staged, { recursive: true });
  }
  expect(await readdir(outside)).toEqual(['thesis']);
  expect(await readFile(join(outside, 'thesis'), 'utf8')).toBe('years of work');
  await rm(outside, { recursive: true });
});

test('a list that leads out of the project is nobody’s', async () => {
  const staged = join(project, '.chartlift-staged');
  for (const text of ['{"writes":["../x"],"removes":[]}', '{"writes":["/x"],"removes":[]}', '[', 'null']) {
    await mkdir(staged, { recursive: true });
    await writeFile(join(staged, 'list.json'), text);
    await writeFile(join(staged, '0'), 'x');
    await expect(finishTogether(project)).rejects.toMatchObject({ code: 'FILE_SYSTEM' });
  }
});
