import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { NODE_VERSIONS } from '../helpers/node-versions.ts';
import { commandLine, ROOT } from '../helpers/this-project.ts';

const PRINT = ['--import', 'tsx', join('test', 'long', 'print-digest.ts')];

/** The same sources in another folder, with the same packages. */
const elsewhere = mkdtempSync(join(tmpdir(), 'a folder, elsewhere-'));
for (const path of [
  'package.json',
  'tsconfig.json',
  'recipe.yaml',
  'values.schema.json',
  'CHANGELOG.md',
  'templates',
  'upstream',
  'scripts',
  'test',
]) {
  cpSync(join(ROOT, path), join(elsewhere, path), { recursive: true });
}
cpSync(join(ROOT, 'node_modules'), join(elsewhere, 'node_modules'), {
  recursive: true,
  filter: (path) => !path.includes('.cache'),
});
afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

interface Way {
  readonly name: string;
  readonly program: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly version: string;
}

const WAYS: readonly Way[] = [
  ...NODE_VERSIONS,
  {
    name: 'another time zone and locale',
    program: [process.execPath],
    env: { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' },
    version: 'v',
  },
  {
    name: 'a strict umask',
    program: ['sh', '-c', 'umask 077; exec "$@"', 'sh', process.execPath],
    version: 'v',
  },
  { name: 'another folder', program: [process.execPath], cwd: elsewhere, version: 'v' },
];

function digestOf({ program, env, cwd = ROOT }: Way): { readonly version: string; readonly digest: string } {
  const [command = '', ...args] = program;
  const { stdout, stderr, status } = spawnSync(command, [...args, ...PRINT], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  expect(stderr.replaceAll(/^npm (warn|notice).*$/gm, '').trim()).toBe('');
  expect(status).toBe(0);
  const [version = '', digest = ''] = stdout.trim().split(' ');
  return { version, digest };
}

it.each(WAYS)('the release has the same digest with $name', (way) => {
  const [first] = WAYS;
  const { version, digest } = digestOf(way);
  expect(version.startsWith(way.version)).toBe(true);
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(first && digestOf(first).digest).toBe(digest);
});

it.each(NODE_VERSIONS)('a command starts with $name', ({ program }) => {
  const [command = '', ...args] = program;
  const { stdout, status } = spawnSync(command, [...args, ...commandLine('mirror', ['--help'])], {
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  expect(stdout).toContain('Usage: npm run mirror');
});
