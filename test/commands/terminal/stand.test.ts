import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { spawnCommand } from '../../helpers/command-line.ts';
import { ROOT } from '../../helpers/this-project.ts';

let folder = '';
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'stand-')));
});
afterAll(() => rm(folder, { recursive: true }));

async function lookedIn(env: Readonly<Record<string, string>>): Promise<string | undefined> {
  const { stderr } = await spawnCommand('build', ['--project', 'mine'], env);
  return /Cannot read (.*)\/recipe\.yaml/.exec(stderr)?.[1];
}

test('a relative path is meant from where npm was called', async () => {
  const npm = { npm_package_json: join(ROOT, 'package.json') };
  expect(await lookedIn({ ...npm, INIT_CWD: folder })).toBe(join(folder, 'mine'));
});

test('what another package’s script starts stays where it is', async () => {
  const npm = { npm_package_json: join(folder, 'package.json') };
  expect(await lookedIn({ ...npm, INIT_CWD: folder })).toBe(join(ROOT, 'mine'));
  expect(await lookedIn({ INIT_CWD: folder })).toBe(join(ROOT, 'mine'));
});

test('a folder that is gone is no bug', async () => {
  const gone = { npm_package_json: join(ROOT, 'package.json'), INIT_CWD: join(folder, 'gone') };
  const { code, stderr } = await spawnCommand('build', ['--project', '.'], gone);
  expect(stderr).toContain(`error: Cannot go to ${join(folder, 'gone')}, where npm was called`);
  expect(code).toBe(1);
});
