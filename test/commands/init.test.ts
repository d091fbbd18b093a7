import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommand, spawnCommand, type CommandResult } from '../helpers/command-line.ts';
import { serve, type TestServer } from '../helpers/http-server.ts';
import { ROOT } from '../helpers/this-project.ts';

const GOOD = `apiVersion: apps/v1
kind: Deployment
metadata: { name: agent }
spec:
  selector: { matchLabels: { app: agent } }
  template:
    metadata: { labels: { app: agent } }
    spec: { containers: [{ name: agent, image: 'r.test/agent:v1.2' }] }
`;

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'init-'));
});

afterEach(() => rm(folder, { recursive: true }));

function init(args: readonly string[], input = ''): Promise<CommandResult> {
  const env = { SOURCE_DATE_EPOCH: '1800000000' };
  return runCommand('init', ['--out', join(folder, 'out'), ...args], env, input);
}

async function initOf(text: string, ...args: readonly string[]): Promise<CommandResult> {
  await writeFile(join(folder, 'm.yaml'), text);
  return init(['--manifest', join(folder, 'm.yaml'), ...args]);
}

describe('what is no manifest is refused with its line, and nothing is written', () => {
  test.each([
    ['no YAML', 'a: [1\nb: }\n', /m\.yaml:\d+/, 'PARSE_YAML'],
    ['nothing', '', /m\.yaml/, 'PARSE_OBJECT'],
    ['only comments', '# a\n---\n# b\n', /holds no Kubernetes object/, 'PARSE_OBJECT'],
    [
      'a Helm template',
      'kind: A\nmetadata:\n  {{- include "x" . | nindent 2 }}\n',
      /helm template/,
      'PARSE_YAML',
    ],
    [
      'values of a template',
      'apiVersion: v1\nkind: A\nmetadata:\n  name: {{ .Values.x }}\n',
      /helm template/,
      'PARSE_',
    ],
    [
      'a template of Ansible',
      GOOD.replace('{ name: agent }', '\n  name: agent\n  namespace: {{ namespace }}'),
      /m\.yaml:\d+.*It is a template/s,
      'PARSE_YAML',
    ],
    [
      'a template for envsubst',
      GOOD.replace('{ name: agent }', "{ name: agent, namespace: '${NAMESPACE}' }"),
      /m\.yaml:1: Deployment agent has metadata\.namespace "\$\{NAMESPACE\}".*envsubst/s,
      'PARSE_OBJECT',
    ],
    [
      'a name with a placeholder',
      GOOD.replace('{ name: agent }', "{ name: 'agent-<zone>' }"),
      /metadata\.name "agent-<zone>".*envsubst/s,
      'PARSE_OBJECT',
    ],
    [
      'YAML that is broken beside what looks like a template',
      `${GOOD}---\na: |\n  x: {{ .Values.x }}\nb: [1\nc: }\n`,
      /^(?!.*template)/s,
      'PARSE_YAML',
    ],
    ['a kustomization', 'resources:\n  - a.yaml\nimages: []\n', /kubectl kustomize/, 'PARSE_OBJECT'],
    [
      'a kustomization with its kind',
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n',
      /kubectl kustomize/,
      'PARSE_OBJECT',
    ],
    ['no kind', `${GOOD}---\napiVersion: v1\nmetadata: { name: a }\n`, /m\.yaml:10: .*kind/, 'PARSE_OBJECT'],
    [
      'no name',
      `${GOOD}---\napiVersion: v1\nkind: A\nmetadata: {}\n`,
      /m\.yaml:10: .*metadata\.name/,
      'PARSE_OBJECT',
    ],
    [
      'generateName',
      `${GOOD}---\napiVersion: v1\nkind: A\nmetadata:\n  generateName: a-\n`,
      /give it a name/,
      'PARSE_OBJECT',
    ],
    [
      'an object twice',
      `${GOOD}---\n${GOOD}`,
      /m\.yaml:10: Deployment agent is already at line 1/,
      'PARSE_DUPLICATE',
    ],
    ['a key twice', GOOD.replace('spec:\n', 'kind: B\nspec:\n'), /m\.yaml:\d+/, 'PARSE_DUPLICATE'],
    [
      'a name that YAML 1.1 reads as a boolean',
      GOOD.replace('{ name: agent }', '{ name: y }'),
      /quotes/,
      'PARSE_OBJECT',
    ],
  ])('%s', async (_, text, said, code) => {
    const { code: exit, stdout, stderr } = await initOf(text);
    expect([exit, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(said);
    expect(stderr).toContain(code);
    expect(await readdir(folder)).toEqual(['m.yaml']);
  });

  test('gigabytes', async () => {
    await writeFile(join(folder, 'm.yaml'), '');
    await truncate(join(folder, 'm.yaml'), 5e9);
    const { code, stderr } = await init(['--manifest', join(folder, 'm.yaml')]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('PARSE_LIMIT')]);
  });

  test('a file that is not there', async () => {
    expect(await init(['--manifest', join(folder, 'none.yaml')])).toMatchObject({ code: 2 });
  });
});

test('a folder that is not empty is left as it is', async () => {
  await mkdir(join(folder, 'out'));
  await writeFile(join(folder, 'out', 'mine'), 'x');
  const { code, stderr } = await initOf(GOOD);
  expect([code, stderr]).toEqual([1, expect.stringContaining('is not empty: it has mine')]);
  expect(await readdir(join(folder, 'out'))).toEqual(['mine']);
});

test('what to lift and leave is known, or refused', async () => {
  const { code, stderr } = await initOf(GOOD, '--skip', 'imge');
  expect([code, stderr]).toEqual([2, expect.stringMatching(/imge.*image/s)]);
});

test('Windows line ends, a file of the project’s own, the same bytes twice', async () => {
  const first = await initOf(GOOD.replaceAll('\n', '\r\n'), '--json');
  expect([first.code, first.stderr]).toEqual([0, '']);
  const project = join(folder, 'out');
  const read = (path: string): Promise<string> => readFile(join(project, path), 'utf8');
  expect((await readdir(project)).toSorted()).toEqual([
    '.gitignore',
    'CHANGELOG.md',
    'chart',
    'chart.sha256',
    'package.json',
    'recipe.yaml',
    'upstream',
    'values.schema.json',
  ]);
  const files = ['recipe.yaml', 'upstream/lock.yaml', 'upstream/manifest.yaml', 'chart.sha256'];
  const before = await Promise.all(files.map(read));
  expect(before[0]).toContain('url: ../m.yaml');
  expect(await runCommand('build', ['--check', '--project', project])).toMatchObject({ code: 0 });
  expect(await runCommand('fetch', ['--project', project])).toMatchObject({ code: 0 });

  await rm(project, { recursive: true });
  await init(['--manifest', join(folder, 'm.yaml')]);
  expect(await Promise.all(files.map(read))).toEqual(before);
}, 120_000);

test('standard input is kept with the project; a dry run writes nothing', async () => {
  expect(await init(['--manifest', '-', '--dry-run'], GOOD)).toMatchObject({ code: 0 });
  expect(await readdir(folder)).toEqual([]);
  expect(await init(['--manifest', '-'], GOOD)).toMatchObject({ code: 0 });
  expect(await readFile(join(folder, 'out', 'upstream/original.yaml'), 'utf8')).toBe(GOOD);
  expect(await runCommand('fetch', ['--project', join(folder, 'out')])).toMatchObject({ code: 0 });
}, 120_000);

test('a project in the folder in which somebody stands: that they do not see it yet is told', async () => {
  const here = join(folder, 'here');
  await mkdir(here);
  const env = { INIT_CWD: here, npm_package_json: join(ROOT, 'package.json') };
  const { code, stderr } = await spawnCommand('init', ['--manifest', '-', '--out', '.'], env, GOOD);
  expect(stderr).toContain(`the project took the place of this folder; enter it again: cd ${here}\n`);
  expect(code).toBe(0);
  expect(await readdir(here)).toContain('recipe.yaml');
});

test('a link in the place of the new folder is refused before anything is read', async () => {
  await symlink(folder, join(folder, 'out'));
  expect(await init(['--manifest', '/nonexistent'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`${join(folder, 'out')} is a symbolic link to ${folder}`) as string,
  });
});

test('of a project that is there only what its recipe lacks is proposed, and added when that is asked', async () => {
  expect(await initOf(GOOD, '--skip', 'resources')).toMatchObject({ code: 0 });
  const project = join(folder, 'out');
  const recipe = join(project, 'recipe.yaml');
  await writeFile(recipe, (await readFile(recipe, 'utf8')).replace('\nvalues:\n', '\nvalues: # mine\n'));
  const before = await readFile(recipe, 'utf8');
  const here = (...args: readonly string[]): Promise<CommandResult> =>
    runCommand('init', ['--project', project, ...args]);

  expect(await here('--skip', 'resources')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('0 values') as string,
  });
  const told = await here();
  expect(told.stdout).toMatch(/^\+ {2}- path: resources$/m);
  expect(await readFile(recipe, 'utf8')).toBe(before);

  expect(await here('--apply')).toMatchObject({ code: 0 });
  const after = await readFile(recipe, 'utf8');
  expect(after).toContain('\nvalues: # mine\n');
  expect((await here('--json')).stdout).toContain('"entries": []');
  expect(await runCommand('build', ['--project', project])).toMatchObject({ code: 0 });
  expect(await readFile(join(project, 'chart', 'values.yaml'), 'utf8')).toContain('\nresources: {}\n');
  expect(await readFile(recipe, 'utf8')).toBe(after);
}, 120_000);

test.each([[['--apply', '--out', 'x', '--manifest', 'y']], [['--name', 'x']]])(
  'flags of a new project and of one that is there exclude each other: %j',
  async (args) => {
    expect(await runCommand('init', args)).toMatchObject({ code: 2 });
  },
);

describe('a manifest by URL', () => {
  let server: TestServer;
  const password = 'hunter2secret';

  beforeEach(async () => {
    server = await serve(({ url }, response) => {
      if (url === '/org/app/v1.2.3/deploy.yaml') return response.end(GOOD);
      if (url === '/latest.yaml')
        return response.writeHead(302, { location: '/org/app/v1.2.3/deploy.yaml' }).end();
      if (url === '/loop.yaml') return response.writeHead(302, { location: '/loop.yaml' }).end();
      if (url === '/login.yaml')
        return response
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<!doctype html>\n<p>Sign in</p>\n');
      if (url === '/short.yaml') {
        response.writeHead(200, { 'content-length': String(GOOD.length) });
        response.write(GOOD.slice(0, 40));
        return response.destroy();
      }
      return response.writeHead(404).end('not here');
    });
  });

  afterEach(() => server.close());

  const by = (path: string): Promise<CommandResult> => init(['--manifest', `${server.url}${path}`], '');

  test('names the project, with its version apart', async () => {
    expect(await by('/org/app/v1.2.3/deploy.yaml')).toMatchObject({ code: 0, stderr: '' });
    const recipe = await readFile(join(folder, 'out', 'recipe.yaml'), 'utf8');
    expect(recipe).toContain(`version: v1.2.3\n  url: ${server.url}/org/app/{version}/deploy.yaml`);
    expect(await runCommand('build', ['--check', '--project', join(folder, 'out')])).toMatchObject({
      code: 0,
    });
  }, 60_000);

  test('may lead to another, and is what the project asks the next time', async () => {
    expect(await by('/latest.yaml')).toMatchObject({ code: 0 });
    const lock = await readFile(join(folder, 'out', 'upstream/lock.yaml'), 'utf8');
    expect(lock).toContain(`${server.url}/latest.yaml`);
  }, 60_000);

  test.each([
    ['that is not there', '/none.yaml', 3, /none\.yaml.*404/s],
    ['that leads to itself', '/loop.yaml', 3, /redirect/i],
    ['that gives a page', '/login.yaml', 3, /login\.yaml.*HTML/s],
    ['that breaks off', '/short.yaml', 3, /short\.yaml/],
  ])(
    '%s is refused, and nothing is written',
    async (_, path, exit, said) => {
      const { code, stderr } = await by(path);
      expect([code, stderr]).toEqual([exit, expect.stringMatching(said)]);
      expect(await readdir(folder)).toEqual([]);
    },
    60_000,
  );

  test('with a password is refused before a project holds it, and never printed', async () => {
    const url = server.url.replace('//', `//me:${password}@`);
    const { code, stdout, stderr } = await init(['--manifest', `${url}/org/app/v1.2.3/deploy.yaml`]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('FETCH_URL');
    expect(stderr).not.toContain(password);
    expect(await readdir(folder)).toEqual([]);
  });
});

test.each([
  ['nothing', ''],
  ['blank lines', '\n\n'],
  ['comments', '# nothing\n---\n'],
])('standard input with %s is refused', async (_, input) => {
  const { code, stdout, stderr } = await init(['--manifest', '-'], input);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/standard input holds no Kubernetes object\n {2}PARSE_OBJECT/);
  expect(await readdir(folder)).toEqual([]);
});
