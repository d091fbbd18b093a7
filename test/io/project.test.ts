import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readProject } from '../../scripts/io/project.ts';
import { ROOT } from '../helpers/this-project.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'project-'));
  for (const path of ['recipe.yaml', 'values.schema.json', 'CHANGELOG.md', 'templates'])
    await cp(join(ROOT, path), join(folder, path), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

test('all that is authored is read, by the path that it has in the project', async () => {
  const { root, recipe, files, builtins } = await readProject(folder);
  expect(root).toBe(folder);
  expect(recipe.chart.name).toBe('multus');
  const paths = [...files.keys()];
  expect(paths.filter((path) => !path.startsWith('templates/'))).toEqual([
    'values.schema.json',
    'CHANGELOG.md',
  ]);
  expect(paths).toContain('templates/schema/names.json');
  expect(paths.every((path) => !path.includes('chart/') && !path.includes('upstream/'))).toBe(true);
  expect([...builtins.keys()].length).toBeGreaterThan(0);
  expect((await readProject(ROOT)).builtins).toEqual(builtins);
});

test('templates/ may be missing: a chart of upstream’s objects alone', async () => {
  await rm(join(folder, 'templates'), { recursive: true });
  expect([...(await readProject(folder)).files.keys()]).toEqual(['values.schema.json', 'CHANGELOG.md']);
});

test('values.schema.json may be missing: all of it is derived', async () => {
  await rm(join(folder, 'values.schema.json'));
  const { files } = await readProject(folder);
  expect([...files.keys()]).not.toContain('values.schema.json');
  expect(files.size).toBeGreaterThan(5);
});

test.each([
  [
    'recipe.yaml',
    'A chart project has a recipe.yaml: name its folder by --project DIR, or make one of a manifest by npm run init.',
  ],
  ['CHANGELOG.md', 'Check the path, or run the command that writes the file.'],
])('without %s: the whole path and what to do', async (path, hint) => {
  await rm(join(folder, path));
  await expect(readProject(folder)).rejects.toMatchObject({
    code: 'FILE_MISSING',
    message: `Cannot read ${join(folder, path)}: ENOENT`,
    hint,
  });
});

test('of several files that are missing one run tells', async () => {
  await rm(join(folder, 'CHANGELOG.md'));
  await rm(join(folder, 'recipe.yaml'));
  const missing = (path: string): string => `Cannot read ${join(folder, path)}: ENOENT`;
  await expect(readProject(folder)).rejects.toMatchObject({
    code: 'FILE_MISSING',
    message: [missing('recipe.yaml'), missing('CHANGELOG.md')].join('\n  '),
    hint: expect.stringMatching(/^A chart project .*\n {2}Check the path/) as string,
  });
});

test.each([
  ['no YAML', 'a: [', 'PARSE_YAML'],
  ['nothing', '', 'RECIPE_INVALID'],
  ['an unknown field', 'colour: red\n', 'RECIPE_INVALID'],
])('a recipe.yaml that is %s is refused by name', async (_, text, code) => {
  await writeFile(join(folder, 'recipe.yaml'), text);
  await expect(readProject(folder)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(/^recipe\.yaml/) as string,
  });
});
