import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { diffChart, listOf, writeGenerated, type ChartDiff } from '../../scripts/io/chart-dir.ts';
import type { ChartFiles } from '../../scripts/chart/assemble.ts';
import { readTree } from '../../scripts/io/files.ts';
import { DEAD, markOf } from '../helpers/marks.ts';

const FILES = new Map([
  ['Chart.yaml', 'name: a\n'],
  ['templates/a.yaml', 'a: 1\n'],
  ['templates/b.yaml', 'b: 1\n'],
]);
const NOTHING = { changed: [], added: [], removed: [], foreign: [], unlisted: false };

let folder = '';
let warned: string[] = [];
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'generated-')), 'chart');
  warned = [];
});
afterEach(() => rm(dirname(folder), { recursive: true }));

function write(files: ChartFiles = FILES): Promise<ChartDiff> {
  return writeGenerated(folder, files, (text) => warned.push(text));
}

/** All but the list, by path. */
function texts(): Promise<ReadonlyMap<string, string>> {
  return readTree(folder);
}

test('is made with a list of it beside, and then there is nothing to do', async () => {
  expect(await write()).toEqual({ ...NOTHING, added: [...FILES.keys()], unlisted: true });
  expect(await texts()).toEqual(FILES);
  const checked = spawnSync('sha256sum', ['--check', '--quiet', '--strict', basename(listOf(folder))], {
    cwd: dirname(folder),
    encoding: 'utf8',
  });
  expect([checked.status, checked.stdout + checked.stderr]).toEqual([0, '']);
  expect(await write()).toEqual(NOTHING);
  expect(warned).toEqual([]);
});

test('what it wrote and no longer makes goes; others are not touched', async () => {
  await write();
  const { mtimeMs, ino } = await stat(join(folder, 'Chart.yaml'));
  const fewer = new Map([...FILES].filter(([path]) => path !== 'templates/b.yaml')).set(
    'templates/a.yaml',
    'a: 2\n',
  );
  const diff = { ...NOTHING, changed: ['templates/a.yaml'], removed: ['templates/b.yaml'], unlisted: true };
  expect(await diffChart(folder, fewer)).toEqual(diff);
  expect(await texts()).toEqual(FILES);
  expect(await write(fewer)).toEqual(diff);
  expect(await texts()).toEqual(fewer);
  expect(await stat(join(folder, 'Chart.yaml'))).toMatchObject({ mtimeMs, ino });
  expect(warned).toEqual([]);
});

test.each([
  ['put there by hand', 'templates/mine.yaml', FILES],
  ['hidden', '.mine', FILES],
  ['generated once, and edited since', 'templates/b.yaml', new Map([...FILES].slice(0, 2))],
  ['a file where a folder is made', 'templates', new Map([['templates/a.yaml', 'a: 1\n']])],
])('a file that is %s is not removed: refused, and nothing is written', async (_, path, files) => {
  if (path !== 'templates') await write();
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), 'mine\n');
  const before = await texts();
  const list = await readFile(listOf(folder), 'utf8').catch(() => undefined);
  await expect(write(new Map([...files, ['Chart.yaml', 'name: b\n']]))).rejects.toMatchObject({
    code: 'CHART_FOREIGN',
    exitCode: 1,
    message: `${folder} holds files that were not generated: ${path}`,
  });
  expect(await texts()).toEqual(before);
  expect(await readFile(listOf(folder), 'utf8').catch(() => undefined)).toBe(list);
});

test('without the list nothing is known to be ours; many files are not all named', async () => {
  await write();
  await rm(listOf(folder));
  await expect(write(new Map([['Chart.yaml', 'name: a\n']]))).rejects.toMatchObject({
    message: `${folder} holds files that were not generated: templates/a.yaml, templates/b.yaml`,
  });
  await writeFile(listOf(folder), '<<<<<<< conflict\n');
  expect(await write()).toEqual({ ...NOTHING, unlisted: true });
  for (let i = 10; i < 25; i++) await writeFile(join(folder, `${i}`), '');
  await expect(write()).rejects.toMatchObject({
    message: expect.stringMatching(/: 10, .*, 19 and 5 more$/) as string,
  });
});

test('a generated file that was edited is named, and made anew', async () => {
  await write();
  await writeFile(join(folder, 'templates/a.yaml'), 'edited\n');
  expect(await write()).toEqual({ ...NOTHING, changed: ['templates/a.yaml'], foreign: ['templates/a.yaml'] });
  expect(await texts()).toEqual(FILES);
  expect(warned).toEqual([`${folder}/templates/a.yaml was edited; it is generated, so it is replaced`]);
});

test('what a build at the same time is writing is nobody’s file; what a killed one left goes', async () => {
  const [living = '', dead = ''] = [markOf(process.ppid), DEAD].map(
    (mark) => `templates/a.yaml.${mark}.abc.tmp`,
  );
  await mkdir(join(folder, 'templates'), { recursive: true });
  for (const path of [living, dead]) await writeFile(join(folder, path), 'half');
  await write();
  expect(await write()).toEqual(NOTHING);
  expect([...(await texts()).keys()].toSorted()).toEqual([...FILES.keys(), living].toSorted());
});

test('to look at what differs writes nothing', async () => {
  expect(await diffChart(folder, FILES)).toEqual({ ...NOTHING, added: [...FILES.keys()], unlisted: true });
  expect(await readTree(dirname(folder))).toEqual(new Map());
});

test('only the bytes count, not the mode', async () => {
  await write();
  await chmod(join(folder, 'Chart.yaml'), 0o600);
  expect(await diffChart(folder, FILES)).toEqual(NOTHING);
});
