import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommand, type CommandResult } from '../helpers/command-line.ts';
import { contentsOf } from '../helpers/contents.ts';
import { projectCopy } from '../helpers/project.ts';

const REGISTRY = ['--registry', 'oci://127.0.0.1:1/a'];

let project = '';
let outside = '';
beforeEach(async () => {
  project = await projectCopy();
  outside = await mkdtemp(join(tmpdir(), 'outside-'));
  await writeFile(join(outside, 'thesis.txt'), 'years of work');
});
afterEach(() => Promise.all([project, outside].map((folder) => rm(folder, { recursive: true }))));

/** Puts a link in the place of a path of the project. What was there is behind it, where there is nothing yet. */
async function linkOut(path: string): Promise<void> {
  const target = join(outside, 'behind');
  await cp(join(project, path), target, { recursive: true }).catch(() => mkdir(target));
  await rm(join(project, path), { recursive: true, force: true });
  await mkdir(join(project, path, '..'), { recursive: true });
  await symlink(target, join(project, path));
  if (!path.includes('.')) await writeFile(join(target, 'mine.txt'), 'mine');
}

/** Runs a command that is to be refused, and nothing in the project or outside may change. */
async function refused(name: string, args: readonly string[]): Promise<CommandResult> {
  const before = await Promise.all([project, outside].map(contentsOf));
  const result = await runCommand(name, [...args, '--project', project]);
  expect(await Promise.all([project, outside].map(contentsOf))).toEqual(before);
  return result;
}

describe('nothing is written, removed or read through a link', () => {
  const COMMANDS: readonly (readonly [string, readonly string[], string])[] = [
    ['build', [], 'chart'],
    ['build', [], 'chart/templates'],
    ['release', [], 'chart'],
    ['release', [], 'dist/oci'],
    ['release', ['--dry-run'], 'recipe.yaml'],
    ['bundle', ['--output', 'x.tar'], 'chart'],
    ['argocd', REGISTRY, 'dist/argocd'],
    ['argocd', REGISTRY, 'dist'],
    ['fetch', ['--update', '--from', 'upstream/manifest.yaml'], 'upstream'],
    ['pin', ['--offline'], 'upstream/lock.yaml'],
    ['docs', [], 'docs'],
    ['template', [], 'chart/templates'],
    ['review', [], 'templates/schema'],
    ['review', [], 'values.schema.json'],
    ['mirror', REGISTRY, 'CHANGELOG.md'],
  ];
  test.each(COMMANDS)('%s %j: %s is a link that leads out', async (name, args, path) => {
    await linkOut(path);
    const { code, stdout, stderr } = await refused(name, args);
    expect(stderr).toMatch(
      /^error: .* is a symbolic link to .*\n {2}FILE_SYSTEM \(usage\): Put the file or folder itself there/,
    );
    expect(stderr).toContain(
      `error: ${join(project, path)} is a symbolic link to ${join(outside, 'behind')}\n`,
    );
    expect([code, stdout]).toEqual([1, '']);
  });

  test.each([
    'recipe.yaml',
    'values.schema.json',
    'upstream/lock.yaml',
    'templates/README.md.hbs',
    'chart/values.yaml',
  ])('a named pipe as %s is not waited for', async (path) => {
    await rm(join(project, path));
    expect(spawnSync('mkfifo', [join(project, path)]).status).toBe(0);
    const { code, stderr } = await refused('build', []);
    expect(stderr).toContain(`error: ${join(project, path)} is a named pipe\n  FILE_SYSTEM`);
    expect(code).toBe(1);
  });

  test.each(['../../out', '/out', 'apps/../../../out', '..'])(
    'an argocd.path of %j is no folder below',
    async (path) => {
      const recipe = join(project, 'recipe.yaml');
      const text = await readFile(recipe, 'utf8');
      await writeFile(recipe, text.replace('path: apps/multus', `path: ${path}`));
      const { code, stderr } = await refused('argocd', REGISTRY);
      expect(stderr).toMatch(/^error: recipe\.yaml:\d+: argocd\.path must match pattern/);
      expect(code).toBe(1);
    },
  );
});

describe('what somebody put into a generated folder stays', () => {
  test('chart/: build, release and its dry run are refused', async () => {
    await writeFile(join(project, 'chart/templates/mine.yaml'), 'mine: true\n');
    for (const [name, ...args] of [['build'], ['release'], ['release', '--dry-run']] as const) {
      const { code, stderr } = await refused(name, args);
      expect(stderr).toBe(
        `error: ${project}/chart holds files that were not generated: templates/mine.yaml\n` +
          '  CHART_FOREIGN (assemble): Move them out of the folder, or remove them; then run again.\n',
      );
      expect(code).toBe(1);
    }
  });

  test('dist/argocd: refused; what was written for another registry or path goes', async () => {
    const argocd = (): Promise<CommandResult> => runCommand('argocd', ['--project', project, ...REGISTRY]);
    expect((await argocd()).code).toBe(0);
    const recipe = join(project, 'recipe.yaml');
    const text = await readFile(recipe, 'utf8');
    await writeFile(recipe, text.replace('path: apps/multus', 'path: other/folder'));
    expect(await argocd()).toMatchObject({ code: 0, stderr: '' });
    const files = [...(await contentsOf(join(project, 'dist/argocd'))).keys()];
    expect(files).toContain('other/folder/Chart.yaml');
    expect(files.filter((path) => path.startsWith('apps/'))).toEqual([]);

    await writeFile(join(project, 'dist/argocd/kustomization.yaml'), 'mine\n');
    const { code, stderr } = await refused('argocd', REGISTRY);
    expect(stderr).toContain(
      `${project}/dist/argocd holds files that were not generated: kustomization.yaml\n`,
    );
    expect(code).toBe(1);
  });

  test('the list of what was generated is part of what build --check holds', async () => {
    await rename(join(project, 'chart.sha256'), join(outside, 'chart.sha256'));
    const { code, stderr } = await refused('build', ['--check']);
    expect(stderr).toMatch(/^error: chart\/ is not what the recipe makes: chart\.sha256\n {2}CHART_STALE/);
    expect(code).toBe(1);
  });
});

describe('a file that is not UTF-8 is not published', () => {
  test.each([
    'recipe.yaml',
    'CHANGELOG.md',
    'values.schema.json',
    'templates/README.md.hbs',
    'upstream/lock.yaml',
  ])('%s', async (path) => {
    const bytes = await readFile(join(project, path));
    const line = bytes.toString('utf8').split('\n').length;
    await writeFile(join(project, path), Buffer.concat([bytes, Buffer.from('# caf\u00e9\n', 'latin1')]));
    const { code, stderr } = await refused('release', []);
    expect(stderr).toBe(
      `error: ${join(project, path)}:${line} is not UTF-8 text: byte ${bytes.length + 5} is 0xE9\n` +
        '  PARSE_ENCODING (parse): Save it as UTF-8.\n',
    );
    expect(code).toBe(1);
  });
});

describe('files that a user names', () => {
  test('--values: standard input, and a link outside', async () => {
    await writeFile(join(outside, 'site.yaml'), 'a: 1\n');
    await symlink(join(outside, 'site.yaml'), join(outside, 'link.yaml'));
    for (const [file, input] of [
      ['-', 'a: 1\n'],
      [join(outside, 'link.yaml'), ''],
    ] as const) {
      const args = ['--project', project, ...REGISTRY, '--values', file];
      expect(await runCommand('argocd', args, {}, input)).toMatchObject({ code: 0, stderr: '' });
      expect(await readFile(join(project, 'dist/argocd/application.yaml'), 'utf8')).toMatch(/^ +a: 1$/m);
    }
  });

  test.each([
    ['argocd', [...REGISTRY, '--values', '-']],
    ['review', ['--values', '-']],
    ['review', ['--against', '-']],
    ['init', ['--manifest', '-', '--out', 'nowhere']],
  ] as const)('%s %j: standard input that is not UTF-8 is refused', async (name, args) => {
    const input = Buffer.from('a: caf\u00e9\n', 'latin1');
    const where = name === 'init' ? [] : ['--project', project];
    const { code, stdout, stderr } = await runCommand(name, [...args, ...where], {}, input);
    expect(stderr).toContain('standard input:1 is not UTF-8 text: byte 6 is 0xE9\n  PARSE_ENCODING');
    expect([code, stdout]).toEqual([1, '']);
  });

  test.each([
    ['argocd', [...REGISTRY, '--values']],
    ['fetch', ['--from']],
    ['release', [...REGISTRY, '--ca-file']],
  ] as const)('%s %j of a pipe that nobody writes to is refused', async (name, args) => {
    const pipe = join(outside, 'pipe');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    const { code, stderr } = await refused(name, [...args, pipe]);
    expect(stderr).toContain(pipe);
    expect([1, 2]).toContain(code);
  });
});
