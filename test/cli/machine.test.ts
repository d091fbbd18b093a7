import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand, type CommandResult } from '../helpers/command-line.ts';
import { ALONE, MAY_MOUNT, rows, shell, type Words } from '../helpers/shell.ts';
import { commandLine, ROOT } from '../helpers/this-project.ts';
import { site, type Site } from './setup.ts';
import { MAY_BE_ANOTHER } from '../helpers/another-user.ts';

// More commands, users and limits: test/long/machine.test.ts.

let here: Site;
let folder = '';

beforeAll(async () => {
  [here, folder] = await Promise.all([site(), mkdtemp(join(tmpdir(), 'machine-'))]);
  // Its image is another than the repository's.
  expect((await runCommand('build', ['--project', here.project])).code).toBe(0);
});
afterAll(() => Promise.all([here.close(), rm(folder, { recursive: true })]));

function run(line: string, words: Words): Promise<CommandResult> {
  return shell(line, here.project, words);
}

const MOUNT = 'mount -t tmpfs -o size=8k none "$0"';

describe('what cannot be printed is no success', () => {
  test.each(rows(['review', '--json'], ['build', '--help'], ['template']))(
    '$name to a device that is full',
    async ({ words }) => {
      const { code, stderr } = await run('exec "$@" >/dev/full', words);
      expect(stderr).toBe(
        'error: standard output: no space left on the disk\n' +
          '  DISK_FULL (usage): Free space and run again: what is there already is skipped.\n',
      );
      expect(code).toBe(1);
    },
  );

  // Node's own stream would print the first two pages, and say nothing of the rest.
  test.runIf(MAY_MOUNT).each(rows(['review', '--json']))(
    '$name to a file of which the disk takes a part',
    async ({ words }) => {
      const inside = `${MOUNT} && exec "$@" >"$0/out"`;
      const { code, stderr } = await run(`exec unshare ${ALONE.join(' ')} '${inside}' ${folder} "$@"`, words);
      expect(stderr).toMatch(/^error: standard output: no space left on the disk\n {2}DISK_FULL/);
      expect(code).toBe(1);
    },
  );

  test('a reader that closes early took a part of JSON, and enough of a text', async () => {
    const line = '"$@" | true; exit ${PIPESTATUS[0]}';
    const json = await run(line, ['review', '--json', '--lifts']);
    expect(json.stderr).toMatch(/^error: standard output: closed before all was printed\n {2}FILE_SYSTEM/);
    expect(json.code).toBe(1);
    expect(await run(line, ['review', '--lifts'])).toMatchObject({ code: 0, stderr: '' });
  });

  test('an error that nobody can read has its exit status', async () => {
    expect(await run('exec "$@" 2>/dev/full', ['build', '--nonsense'])).toMatchObject({
      code: 2,
      stderr: '',
    });
  });
});

describe('without a folder for temporary files', () => {
  test.each(rows(['template'], ['release']))('$name names it', async ({ words }) => {
    const { code, stderr } = await run('TMPDIR=/nowhere/at/all exec "$@"', words);
    expect(stderr).toBe(
      'error: no temporary folder can be made: /nowhere/at/all: there is no such folder\n' +
        '  FILE_SYSTEM (usage): Set TMPDIR to a folder that can be written.\n',
    );
    expect(code).toBe(1);
  });

  test.runIf(MAY_BE_ANOTHER)('or with one that another user owns', async () => {
    await chmod(folder, 0o755);
    const alone = `exec setpriv --reuid=65534 --regid=65534 --clear-groups env TMPDIR=${folder} "$@"`;
    await chmod(here.project, 0o755);
    const { code, stderr } = await run(alone, ['template']);
    expect(stderr).toBe(
      `error: no temporary folder can be made: ${folder}: no permission\n` +
        '  FILE_SYSTEM (usage): Set TMPDIR to a folder that can be written.\n',
    );
    expect(code).toBe(1);
  });
});

test('files are read one after the other, so few that may be open suffice', async () => {
  // As npm runs it: of the compiled command Node opens all parts at once.
  const words = ['build', '--check'] as const;
  const { code, stderr } = await shell('ulimit -n 40; exec "$@"', here.project, words, commandLine);
  expect([code, stderr]).toEqual([0, '']);
});

test.runIf(MAY_MOUNT && process.platform === 'linux')(
  'where nobody unpacked the Helms and they cannot be kept, a command unpacks them for itself',
  async () => {
    const cache = join(ROOT, 'node_modules', '.cache');
    await mkdir(cache, { recursive: true });
    const inside = 'mount -t tmpfs none "$0" && mount -o remount,ro "$0" && exec "$@"';
    const line = `TMPDIR=${folder} exec unshare ${ALONE.join(' ')} '${inside}' ${cache} "$@"`;
    const { code, stdout, stderr } = await run(line, ['template']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('kind: DaemonSet');
    expect(await readdir(folder)).toEqual([]);
  },
);
