import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { byBytes } from '../../scripts/json/by-bytes.ts';
import { testEngines } from '../helpers/engines.ts';
import { NODE_VERSIONS } from '../helpers/node-versions.ts';
import { ROOT } from '../helpers/this-project.ts';

/** The packed toolkit, installed into the folder of a project of one's own. */
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'installed-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}
let packed: Packed = { filename: '', size: 0, files: [] };

beforeAll(() => {
  for (const path of ['recipe.yaml', 'values.schema.json', 'CHANGELOG.md', 'templates', 'upstream'])
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  const said = ran(['npm', 'pack', '--json', '--pack-destination', folder], ROOT).stdout;
  [packed = packed] = JSON.parse(said.slice(said.indexOf('[\n'))) as readonly Packed[];
  ran(['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', `./${packed.filename}`], folder);
}, 300_000);

function ran([program = '', ...args]: readonly string[], cwd: string, env = process.env) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', env });
  expect(`${stderr}${status === 0 ? '' : stdout}`).not.toMatch(/error/i);
  expect(status).toBe(0);
  return { stdout, stderr };
}

test('the package is small: commands and what they read, no test, no chart, no Helm, no compiler', () => {
  // Half of it is the page's editor.
  expect(packed.size).toBeLessThan(600_000);
  const tops = new Set(packed.files.map(({ path }) => path.split('/')[0] ?? ''));
  expect([...tops].toSorted(byBytes)).toEqual(['LICENSE', 'README.md', 'lib', 'package.json', 'scripts']);
  const packages = readdirSync(join(folder, 'node_modules'));
  expect(packages).not.toContain('@aws-cdk');
  expect(packages).not.toContain('esbuild');
  expect(readdirSync(ROOT)).not.toContain('lib');
});

test('chartlift --help names every command with a line', () => {
  const { stdout } = ran(['npx', 'chartlift', '--help'], folder);
  const named = [...stdout.matchAll(/^ {2}([a-z]+) +\S.*$/gm)].map(([, name = '']) => name);
  const commands = readdirSync(join(ROOT, 'scripts', 'commands')).flatMap((file) =>
    file.endsWith('.ts') && !['docs.ts', 'prepare.ts'].includes(file) ? [file.slice(0, -3)] : [],
  );
  expect(named.toSorted(byBytes)).toEqual(commands.toSorted(byBytes));
  expect(ran(['npx', 'chartlift', 'build', '--help'], folder).stdout).toContain(
    'Usage: npx chartlift build [flags]',
  );
});

describe.each(NODE_VERSIONS)('with $name', ({ program, version }) => {
  const chartlift = join('node_modules', '.bin', 'chartlift');

  test('a chart is built where the person stands, and is the one that the repository builds', () => {
    expect(ran([...program, '--version'], folder).stdout.startsWith(version)).toBe(true);
    rmSync(join(folder, 'chart'), { recursive: true, force: true });
    rmSync(join(folder, 'chart.sha256'), { force: true });
    expect(ran([...program, chartlift, 'build'], folder).stdout).toContain('written     chart/ ');
    expect(readFileSync(join(folder, 'chart.sha256'), 'utf8')).toBe(
      readFileSync(join(ROOT, 'chart.sha256'), 'utf8'),
    );
    ran([...program, join(folder, chartlift), 'build', '--check', '--project', '.'], folder);
  });

  test('it is rendered by the Helm on PATH', async () => {
    const helm = (await testEngines()).at(-1)?.path ?? '';
    const env = { ...process.env, PATH: `${dirname(helm)}${delimiter}${process.env['PATH'] ?? ''}` };
    expect(ran([...program, chartlift, 'template'], folder, env).stdout).toContain('kind: DaemonSet');
  });
});

test('the page of a review is the one that the repository writes', () => {
  ran(['npx', 'chartlift', 'review', '--html', 'installed.html'], folder);
  ran(['node', join(ROOT, 'scripts', 'start.js'), 'review', '--html', join(folder, 'own.html')], ROOT);
  expect(readFileSync(join(folder, 'installed.html'), 'utf8')).toBe(
    readFileSync(join(folder, 'own.html'), 'utf8'),
  );
});

test('every command starts', () => {
  for (const file of readdirSync(join(folder, 'node_modules', 'chartlift', 'lib', 'commands'))) {
    if (file === 'template.js') continue;
    const name = file.replace(/\.js$/, '');
    expect(ran(['npx', 'chartlift', name, '--help'], folder).stdout).toContain(
      `Usage: npx chartlift ${name} `,
    );
  }
});
