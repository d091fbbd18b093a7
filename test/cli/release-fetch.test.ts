import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand, type CommandResult } from '../helpers/command-line.ts';
import { serve, type TestServer } from '../helpers/http-server.ts';
import { projectCopy, ROOT } from '../helpers/project.ts';

let project = '';
let home = '';
let upstream: TestServer;
let body = '';

/** This project with a loopback server for upstream, fetched from there. */
beforeAll(async () => {
  [project, home, body] = await Promise.all([
    projectCopy(),
    mkdtemp(join(tmpdir(), 'home-')),
    readFile(join(ROOT, 'upstream', 'manifest.yaml'), 'utf8'),
  ]);
  upstream = await serve((_, response) => response.end(body));
  const file = join(project, 'recipe.yaml');
  const recipe = await readFile(file, 'utf8');
  const local = recipe
    .replace(/^ {2}url: .*$/m, `  url: ${upstream.url}/{version}/thick.yml`)
    .replace(/^ {2}mirrors:\n.*$/m, '  mirrors: []');
  await writeFile(file, local);
  const fetched = await run('fetch', '--update');
  expect([fetched.code, fetched.stdout]).toEqual([0, expect.stringContaining('written ')]);
});
afterAll(async () => {
  await upstream.close();
  await Promise.all([project, home].map((path) => rm(path, { recursive: true })));
});

function run(name: string, ...args: readonly string[]): Promise<CommandResult> {
  return runCommand(name, ['--project', project, ...args], { XDG_CACHE_HOME: home, NO_PROXY: '*' });
}

describe('npm run release --fetch', () => {
  test('asks upstream, not the cache, and goes on when the bytes are the locked ones', async () => {
    const asked = upstream.requests.length;
    const { code, stdout, stderr } = await run('release', '--fetch', '--dry-run');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      new RegExp(
        `^fetched {5}the source's ${Buffer.byteLength(body)} bytes .* become the vendored snapshot$`,
        'm',
      ),
    );
    expect(upstream.requests.slice(asked).map(({ url }) => url)).toEqual(['/v4.2.2/thick.yml']);
  });

  test.each([
    [
      'other bytes',
      (text: string) => text.replace('hostNetwork: true', 'hostNetwork: false'),
      'FETCH_CHECKSUM',
    ],
    ['half of them', (text: string) => text.slice(0, 1000), 'FETCH_CHECKSUM'],
    ['a login page', () => '<!-- sso --><html>Log in</html>', 'PARSE_ENCODING'],
  ])('refuses %s before anything is built', async (_, change, code) => {
    const right = body;
    body = change(right);
    const done = await run('release', '--fetch');
    body = right;
    expect([done.code, done.stdout]).toEqual([1, '']);
    expect(done.stderr).toContain(`error: ${upstream.url}/v4.2.2/thick.yml`);
    expect(done.stderr).toContain(`\n  ${code} (`);
  });
});
