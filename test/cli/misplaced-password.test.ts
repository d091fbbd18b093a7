import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { spawnCommand } from '../helpers/command-line.ts';
import { projectCopy } from '../helpers/project.ts';
import { expectNoSecret, LOGIN } from '../helpers/secret-forms.ts';

// In processes of their own, which know no password from before.
describe('a password where none belongs is not repeated', () => {
  const encoded = encodeURIComponent(LOGIN.password);
  const WRONG = `oci://${LOGIN.username}:${LOGIN.password}@git.example.org/infra`;
  let project = '';
  beforeAll(async () => {
    project = await projectCopy();
  });
  afterAll(() => rm(project, { recursive: true }));

  test.concurrent.each<readonly [string, readonly string[], Readonly<Record<string, string>>, number]>([
    ['release', ['--registry', WRONG], {}, 2],
    ['release', ['--json', '--registry', `oci://${encoded}@git.example.org`], {}, 2],
    ['release', [WRONG], {}, 2],
    ['mirror', ['--dry-run'], { REGISTRY: WRONG.replace('oci://', 'https://') }, 2],
    ['argocd', [], { REGISTRY: WRONG }, 2],
    ['bundle', ['--from', WRONG], {}, 2],
    ['fetch', ['--from', WRONG.slice('oci://'.length)], {}, 2],
    ['fetch', ['--from', WRONG.replace('oci://', 'https://')], {}, 2],
    ['pin', ['--dry-run'], { HTTPS_PROXY: WRONG.replace('oci://', 'http://') }, 2],
  ])('%s %j %j', async (name, args, env, status) => {
    const { code, stdout, stderr } = await spawnCommand(name, ['--project', project, ...args], env);
    expect(stderr).toMatch(/^error: /);
    expectNoSecret(stdout + stderr);
    expect(code).toBe(status);
    expect(await readdir(project)).not.toContain('dist');
  });

  test.concurrent.each([
    ['not understood', `publish: { registry: ["${WRONG}" }\n`],
    ['no address', `publish: { registry: "${WRONG}" }\n`],
    ['for another scheme', `publish: { registry: "${WRONG.replace('oci://', 'https://')}" }\n`],
  ])('a recipe whose registry is %s', async (_, line) => {
    const own = await projectCopy();
    const file = join(own, 'recipe.yaml');
    await writeFile(file, `${await readFile(file, 'utf8')}\n${line}`);
    const { code, stdout, stderr } = await spawnCommand('release', ['--project', own]);
    expect(stderr).toMatch(/^error: .*recipe\.yaml/);
    expectNoSecret(stdout + stderr);
    expect([1, 2]).toContain(code);
    await rm(own, { recursive: true });
  });
});
