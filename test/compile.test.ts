import { cp, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runNode, type CommandResult } from './helpers/command-line.ts';
import { ROOT } from './helpers/this-project.ts';

let folder = '';

/** A repository with one command, `say`, and this one's way to start it. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-'));
  for (const name of ['start.js', 'compile.js'])
    await cp(join(ROOT, 'scripts', name), join(folder, 'scripts', name));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await say('one');
});
afterEach(() => rm(folder, { recursive: true }));

/** Edits the command. */
async function say(text: string): Promise<void> {
  await writeFile(join(folder, 'scripts', 'words.ts'), `export const words: string = '${text}';\n`);
  await writeFile(
    join(folder, 'scripts', 'say.ts'),
    `import { words } from './words.ts';\nconsole.log(words, ...process.argv.slice(2));\nif (words === 'fail') {\n  throw new Error('here');\n}\n`,
  );
}

function start(...args: readonly string[]): Promise<CommandResult> {
  return runNode([join(folder, 'scripts', 'start.js'), ...args]);
}

async function kept(): Promise<readonly string[]> {
  return readdir(join(folder, '.cache'));
}

test('a command gets its arguments; the second time nothing is compiled', async () => {
  expect(await start('say', '--loud')).toMatchObject({ code: 0, stdout: 'one --loud\n' });
  const compiled = join(folder, '.cache', (await kept())[0] ?? '');
  await writeFile(join(compiled, 'say.js'), "console.log('what was compiled');\n");
  expect((await start('say')).stdout).toBe('what was compiled\n');
});

test('without a name it compiles and runs nothing', async () => {
  expect(await start()).toMatchObject({ code: 0, stdout: '', stderr: '' });
  expect(await kept()).toHaveLength(1);
});

test('every edit counts, that of an imported file with the old time too', async () => {
  expect((await start('say')).stdout).toBe('one\n');
  const before = new Date(0);
  await say('two');
  await utimes(join(folder, 'scripts', 'words.ts'), before, before);
  expect((await start('say')).stdout).toBe('two\n');
  await say('one');
  expect((await start('say')).stdout).toBe('one\n');
  expect(await kept()).toHaveLength(2);
});

test('of many states the newest ten stay', async () => {
  for (let i = 0; i < 12; i++) {
    await say(`state ${i}`);
    expect((await start('say')).stdout).toBe(`state ${i}\n`);
  }
  expect(await kept()).toHaveLength(10);
});

test('processes that start at the same time agree, and leave nothing half made', async () => {
  const said = await Promise.all(Array.from({ length: 6 }, () => start('say')));
  expect(said.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 6 }, () => 'one\n'));
  expect(await kept()).toEqual([expect.stringMatching(/^scripts-[0-9a-f]{16}$/)]);
});

test('an error tells the line of the source', async () => {
  await say('fail');
  const { code, stderr } = await start('say');
  expect(code).toBe(1);
  expect(stderr).toMatch(/Error: here\n\s+at .*scripts\/say\.ts:4:9/);
});

test('what is no TypeScript is told with file and line', async () => {
  await writeFile(join(folder, 'scripts', 'words.ts'), 'export const words = (;\n');
  const { code, stderr } = await start('say');
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^error: The scripts cannot be compiled to .*: [\s\S]*scripts\/words\.ts:1:22: ERROR/,
  );
});

test('a folder that cannot be written is told, with what to do', async () => {
  await writeFile(join(folder, '.cache'), 'a file in its place');
  const { code, stderr } = await start('say');
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^error: The scripts cannot be compiled to .*\.cache\/scripts-\w+: EEXIST.*\n {2}.*npm ci/,
  );
});
