import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../helpers/command-line.ts';
import { commandNames } from './setup.ts';

const NAMES = commandNames().filter((name) => name !== 'template');

let empty = '';

beforeAll(async () => {
  empty = await mkdtemp(join(tmpdir(), 'empty-'));
});
// Nothing that is refused writes anything.
afterAll(async () => {
  expect(await readdir(empty)).toEqual([]);
  await rm(empty, { recursive: true });
});

test.concurrent.each(NAMES)('%s refuses a flag that it does not have, with 2', async (name) => {
  const { code, stdout, stderr } = await runCommand(name, ['--nonsense', '--json', '--project', empty]);
  expect(stderr).toBe(
    `error: npm run ${name}: Unknown option '--nonsense'\n  USAGE (usage): Run npm run ${name} -- --help.\n`,
  );
  expect([code, stdout]).toEqual([2, '']);
});

test.concurrent.each(NAMES.filter((name) => !['docs', 'init', 'prepare'].includes(name)))(
  '%s says which folder is no project, with 2',
  async (name) => {
    const args = { mirror: ['--registry', 'oci://127.0.0.1:1/a'], bump: ['v1'] }[name] ?? [];
    const { code, stdout, stderr } = await runCommand(name, ['--project', empty, ...args]);
    expect(stderr).toMatch(/^error: (?:Cannot read \S+: ENOENT\n {2})+FILE_MISSING \(usage\): /);
    expect(stderr).toContain(`Cannot read ${empty}/`);
    expect([code, stdout]).toEqual([2, '']);
  },
);
