import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { site, type Site } from '../cli/setup.ts';
import { runCommand, spawnCommand, type CommandResult } from '../helpers/command-line.ts';
import { rows, shell, type Words } from '../helpers/shell.ts';
import { commandLine } from '../helpers/this-project.ts';
import { MAY_BE_ANOTHER } from '../helpers/another-user.ts';

let here: Site;

beforeAll(async () => {
  here = await site();
  // Its image is another than the repository's.
  expect((await runCommand('build', ['--project', here.project])).code).toBe(0);
});
afterAll(() => here.close());

/** As npm runs it: the compiler wants files and a place, too. */
function run(line: string, words: Words): Promise<CommandResult> {
  return shell(line, here.project, words, commandLine);
}

test.each(rows(['review'], ['review', '--json'], ['build', '--help'], ['release', '--json'], ['template']))(
  '$name to a device that is full',
  async ({ words }) => {
    const { code, stderr } = await run('exec "$@" >/dev/full', words);
    expect(stderr).toMatch(/^error: standard output: no space left on the disk\n {2}DISK_FULL/);
    expect(code).toBe(1);
  },
);

test.each(rows(['template'], ['release', '--dry-run'], ['release']))(
  '$name without a folder for temporary files',
  async ({ words }) => {
    const { code, stderr } = await run('TMPDIR=/nowhere/at/all exec "$@"', words);
    expect(stderr).toMatch(
      /^error: no temporary folder can be made: \/nowhere\/at\/all: there is no such folder\n/,
    );
    expect(code).toBe(1);
  },
);

describe('with too few open files', () => {
  test.each([20, 26, 34, 42])('ulimit -n %d', async (limit) => {
    const commands: readonly Words[] = [
      ['release', '--dry-run'],
      ['template'],
      ['mirror', '--registry', here.target],
    ];
    for (const words of commands) {
      const { code, stderr, stdout } = await run(`ulimit -n ${limit}; exec "$@"`, words);
      if (code === 0) continue;
      // 3: no connection to a registry could be opened.
      expect([1, 3], stderr + stdout).toContain(code);
      expect(stderr.match(/^error: /gm), stderr).toHaveLength(1);
      // Where esbuild compiles, it says so for every file of ours; of a connection, Node says it.
      expect(stderr).toMatch(/\n {2}.*ulimit -n.*\n$|: too many open files\n|EMFILE/);
    }
  });
});

test.runIf(MAY_BE_ANOTHER)('another user runs commands that write nothing of ours', async () => {
  const env = { HOME: '/nonexistent' };
  const alone = `exec setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/nonexistent "$@"`;
  await chmod(here.project, 0o755);
  for (const words of [['template'], ['build', '--check'], ['release', '--dry-run']] as const) {
    const { code, stderr } = await run(alone, words);
    expect([words, code, stderr]).toEqual([words, 0, '']);
  }
  const manifest = await spawnCommand('template', ['--project', here.project], env);
  expect((await run(alone, ['template'])).stdout).toBe(manifest.stdout);
  expect(await readFile(join(here.project, 'chart.sha256'), 'utf8')).toContain('chart/Chart.yaml');
});
