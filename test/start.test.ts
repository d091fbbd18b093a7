import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runNode, type CommandResult } from './helpers/command-line.ts';
import { ROOT } from './helpers/this-project.ts';
import { MAY_BE_ANOTHER } from './helpers/another-user.ts';

let folder = '';

/** A repository with one command, `say`, and this one's way to start it. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-'));
  await cp(join(ROOT, 'scripts', 'start.js'), join(folder, 'scripts', 'start.js'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await mkdir(join(folder, 'scripts', 'commands'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await say('one');
});
afterEach(() => rm(folder, { recursive: true }));

/** Edits the command. */
async function say(text: string): Promise<void> {
  await writeFile(join(folder, 'scripts', 'words.ts'), `export const words: string = '${text}';\n`);
  await writeFile(
    join(folder, 'scripts', 'commands', 'say.ts'),
    `import { words } from '../words.ts';\nexport const command = {\n  start(): void {\n    console.log(words, ...process.argv.slice(2));\n    if (words === 'fail') throw new Error('here');\n  },\n};\n`,
  );
}

const START = ['scripts', 'start.js'] as const;

function start(...args: readonly string[]): Promise<CommandResult> {
  return runNode([join(folder, ...START), ...args]);
}

/** Everything there but packages. */
async function files(): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => !name.startsWith('node_modules/')).toSorted();
}

test('a command gets its arguments, and its start writes nothing, also where many start at once', async () => {
  const before = await files();
  const said = await Promise.all(Array.from({ length: 4 }, () => start('say', '--loud')));
  for (const one of said) expect(one).toEqual({ code: 0, stdout: 'one --loud\n', stderr: '' });
  expect(await files()).toEqual(before);
});

test('every edit counts, that of an imported file with the old time too', async () => {
  expect((await start('say')).stdout).toBe('one\n');
  const before = new Date(0);
  await say('two');
  await utimes(join(folder, 'scripts', 'words.ts'), before, before);
  expect((await start('say')).stdout).toBe('two\n');
});

test('an error tells the line of the source', async () => {
  await say('fail');
  const { code, stderr } = await start('say');
  expect(code).toBe(1);
  expect(stderr).toMatch(/Error: here\n\s+at .*scripts\/commands\/say\.ts:5:33/);
});

test('what is no TypeScript is told with file and line', async () => {
  await writeFile(join(folder, 'scripts', 'words.ts'), 'export const words = (;\n');
  const { code, stderr } = await start('say');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: the scripts cannot be compiled: [\s\S]*scripts\/words\.ts:1:22: ERROR/);
});

/** Linux lets an ordinary user mount in a namespace of their own, unless it is told not to. */
const ALONE = ['--user', '--map-root-user', '--mount', 'sh', '-c'];
const MAY_MOUNT = spawnSync('unshare', [...ALONE, 'mount -t tmpfs none /mnt']).status === 0;

test.runIf(MAY_MOUNT)('a repository that is read-only, with no folder for temporary files', () => {
  const read = `mount --bind ${folder} ${folder} && mount -o remount,ro,bind ${folder} && ! touch ${folder}/x`;
  const command = `TMPDIR=/nowhere ${process.execPath} ${join(folder, ...START)} say`;
  const { stdout, status } = spawnSync('unshare', [...ALONE, `${read} 2>/dev/null && ${command}`], {
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([0, 'one\n']);
});

test.runIf(MAY_BE_ANOTHER)('a user who owns nothing of it', async () => {
  spawnSync('chmod', ['-R', 'go=rX', folder]);
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(folder, ...START), 'say'], {
    encoding: 'utf8',
    uid: 65_534,
    gid: 65_534,
  });
  expect([status, stdout, stderr]).toEqual([0, 'one\n', '']);
});
