import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ERRORS } from '../../../scripts/errors/table.ts';
import { runNode, type CommandResult } from '../../helpers/command-line.ts';
import { ROOT } from '../../helpers/this-project.ts';
import { inWorld } from '../../helpers/world.ts';
import { child } from './child.ts';

const CHILD = fileURLToPath(new URL('command-child.ts', import.meta.url));
const NODE_ARGS = ['--import', 'tsx/esm', CHILD];

/** Runs the command to its end. */
function command(...args: readonly string[]): Promise<CommandResult> {
  return inWorld({}, '', () => child.run(args, process.env));
}

const HELP = `Does what it is told.

Usage: npm run child -- [flags]

  --throw CODE   throws an error of this code
  --crash        throws something that is no error of the toolkit
  --code VALUE   ends with this code
  --name NAME    may be said again
  --secret TEXT  must not be said
  --lines N      writes so many lines
  --project DIR  the chart project (default: the repository root)
  --json         print the result as JSON
  -h, --help     show this help

These are the notes.
`;

test('--help lists every flag aligned, and does nothing', async () => {
  expect(await command('--help', '--crash')).toEqual({ code: 0, stdout: HELP, stderr: '' });
  expect((await command('-h')).stdout).toBe(HELP);
});

test.each([
  [['--nonsense'], /Unknown option '--nonsense'/],
  [['--crsh'], /Unknown option '--crsh'/],
  [['-x'], /Unknown option '-x'/],
  [['--throw'], /Option '--throw <value>' argument missing/],
  [['--throw', '--crash'], /'--throw' argument is ambiguous/],
  [['--crash=yes'], /Option '--crash' does not take an argument/],
  [['--no-crash'], /Unknown option '--no-crash'/],
  [['word'], /Unexpected argument 'word'/],
])('%j is refused as usage, with a way out', async (args, reason) => {
  const { code, stdout, stderr } = await command('--json', ...args);
  expect(stderr).toMatch(reason);
  expect(stderr).toMatch(/^error: npm run child: /);
  expect(stderr).toMatch(/\n {2}USAGE \(usage\): Run npm run child -- --help\.\n$/);
  expect([code, stdout]).toEqual([2, '']);
});

test.each([
  ['USAGE', 2],
  ['HELM_MISSING', 2],
  ['CHART_FINDINGS', 1],
  ['PUBLISH_CONFLICT', 1],
  ['REGISTRY_NETWORK', 3],
  ['BUG', 70],
] as const)('%s is an exit status of %i, a message and a hint', async (code, exit) => {
  expect(await command('--throw', code, '--json')).toEqual({
    code: exit,
    stdout: '',
    stderr: `error: a.yaml: \n  ${code} (${ERRORS[code].stage}): Do this.\n`,
  });
});

test('what nobody foresaw is a bug with its stack, and 70', async () => {
  const { code, stdout, stderr } = await command('--crash', '--secret', 'hunter22');
  expect(stderr).toMatch(
    /^error: this is a bug, please report it\nTypeError: cannot read \*{3}\n {4}at .*child\.ts/,
  );
  expect([code, stdout]).toEqual([70, '']);
});

test('a process has its arguments, ends with its status and says the same', async () => {
  const args = ['--secret', 'hunter22', '--throw', 'REGISTRY_NETWORK', '--json'];
  expect(await runNode([...NODE_ARGS, ...args])).toEqual(await command(...args));
  expect(await runNode([...NODE_ARGS, '--name', 'a'])).toEqual(await command('--name', 'a'));
});

test('the action’s number is the exit status; without one it is 0', async () => {
  expect((await command('--code', '3')).code).toBe(3);
  expect((await command()).code).toBe(0);
});

test('the action gets its flags and an absolute project; default is the repository', async () => {
  const { stdout } = await command('--json', '--name', 'a', '--name=b', '--project', 'test/');
  expect(JSON.parse(stdout)).toEqual({
    names: ['a', 'b'],
    positionals: [],
    project: `${ROOT}test`,
    secret: '',
  });
  const { stdout: without } = await command('--json');
  expect(JSON.parse(without)).toMatchObject({ names: [], project: ROOT.replace(/\/$/, '') });
});

test('a secret is said neither on stdout nor on stderr, with --json or without', async () => {
  expect(await command('--secret', 'hunter22')).toEqual({
    code: 0,
    stdout: 'did         it ***\n',
    stderr: 'warning: look at ***\n',
  });
  const { stdout, stderr } = await command('--secret', 'hunter22', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ secret: '***' });
  expect(stderr).toBe('warning: look at ***\n');
  const { stderr: refused } = await command('--secret', 'hunter22', '--throw', 'USAGE');
  expect(refused).toBe('error: a.yaml: ***\n  USAGE (usage): Do this.\n');
});

test('a reader that closes early (| head) is no error', async () => {
  const running = spawn(process.execPath, [...NODE_ARGS, '--lines', '20000'], { cwd: ROOT });
  const stderr = text(running.stderr);
  running.stdout.once('data', () => running.stdout.destroy());
  const [code] = (await once(running, 'close')) as [number];
  expect([code, await stderr]).toEqual([0, 'warning: look at \n']);
});
