import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { download } from '../../scripts/fetch/download.ts';
import { dispatcherFor } from '../../scripts/http/dispatcher.ts';
import { close, listen, serve } from '../helpers/http-server.ts';
import { testNetwork } from '../fetch/network.ts';
import { runCommand, spawnCommand, type CommandResult } from '../helpers/command-line.ts';
import { ROOT } from '../helpers/this-project.ts';

const OPENSSL = process.env['OPENSSL'] ?? 'openssl';
const MANIFEST = 'apiVersion: v1\nkind: Test\nmetadata: {name: a}\n';
const SHA256 = createHash('sha256').update(MANIFEST).digest('hex');

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-'));
  await copyFile(join(ROOT, 'recipe.yaml'), join(folder, 'recipe.yaml'));
});

afterAll(() => rm(folder, { recursive: true }));

/** Runs the fetch command on the project in `folder`. */
function command(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  // Node reads its authorities when it starts.
  const run = env['NODE_EXTRA_CA_CERTS'] === undefined ? runCommand : spawnCommand;
  return run('fetch', ['--project', folder, ...args], { XDG_CACHE_HOME: join(folder, 'cache'), ...env });
}

test('npm run fetch: says what it would do, does it, then has nothing to do', async () => {
  const from = join(folder, 'raw.yml');
  await writeFile(from, MANIFEST);
  const refused = await command(['--from', from]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/no sha256 is known.*\n {2}FETCH_UNPINNED \(fetch\): .*--update/);
  const dry = await command(['--from', from, '--update', '--dry-run']);
  expect(dry.stdout).toMatch(/would write +upstream\/manifest.yaml, upstream\/lock.yaml/);
  expect(await readdir(folder)).not.toContain('upstream');
  const done = await command(['--from', from, '--update'], { SOURCE_DATE_EPOCH: '1767225600' });
  expect(done.stdout).toMatch(/written +upstream\/manifest.yaml, upstream\/lock.yaml/);
  expect(done.stderr).toContain(`trust on first use: sha256 (none) → ${SHA256}`);
  expect(await readFile(join(folder, 'upstream/lock.yaml'), 'utf8')).toContain('2026-01-01T00:00:00Z');
  const again = await command(['--json']);
  expect(JSON.parse(again.stdout)).toMatchObject({ source: expect.stringMatching(/^the cache/), writes: [] });
});

/** Makes a self-signed certificate for a name; false where there is no openssl. */
function certificate(name: string): boolean {
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'ca.pem')];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  try {
    execFileSync(
      OPENSSL,
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-days',
        '2',
        ...files,
        ...subject,
      ],
      { stdio: 'ignore' },
    );
    return true;
  } catch {
    return false;
  }
}

describe('behind a proxy', () => {
  test('HTTPS_PROXY is asked to CONNECT, NODE_EXTRA_CA_CERTS is trusted', async ({ skip }) => {
    if (!certificate('upstream.test')) skip('no openssl');
    const [key, cert] = await Promise.all(['key.pem', 'ca.pem'].map((name) => readFile(join(folder, name))));
    const upstream = createTlsServer({ key, cert }, (request, response) => {
      if (request.url === '/down') response.writeHead(302, { location: 'http://upstream.test/a.yml' });
      response.end(MANIFEST);
    });
    const port = await listen(upstream);
    const asked: (string | undefined)[] = [];
    const proxy = createHttpServer().on('connect', (request, socket) => {
      asked.push(request.url);
      const tunnel = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        tunnel.pipe(socket).pipe(tunnel);
      });
      for (const end of [tunnel, socket]) end.on('error', () => {});
    });
    const env = { HTTPS_PROXY: `http://127.0.0.1:${await listen(proxy)}` };
    const args = ['--from', 'https://upstream.test/a.yml', '--sha256', SHA256];
    try {
      const untrusted = await command(args, env);
      expect(untrusted).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/upstream\.test\/a\.yml: self-signed certificate/),
      });
      const trusted = await command(args, { ...env, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') });
      expect(trusted).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('https://upstream.test/a.yml'),
      });
      const down = await command([...args, '--from', 'https://upstream.test/down'], {
        ...env,
        NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
      });
      expect(down).toMatchObject({
        code: 3,
        stderr: expect.stringContaining(
          'redirects from https to http://upstream.test/a.yml, which is not followed',
        ),
      });
      expect(new Set(asked)).toEqual(new Set(['upstream.test:443']));
    } finally {
      await Promise.all([close(upstream), close(proxy)]);
    }
  });

  test('NO_PROXY goes around it; a dead proxy is named as a network error', async () => {
    const server = await serve((_, response) => response.end(MANIFEST));
    const dead = { HTTP_PROXY: 'http://127.0.0.1:1' };
    const around = {
      ...testNetwork(),
      dispatcher: dispatcherFor({ env: { ...dead, NO_PROXY: '127.0.0.1' } }),
    };
    await expect(download(server.url, around)).resolves.toEqual(Buffer.from(MANIFEST));
    const through = { ...testNetwork(), dispatcher: dispatcherFor({ env: dead }) };
    await expect(download(server.url, through)).rejects.toMatchObject({ code: 'FETCH_NETWORK' });
    expect(server.requests.length).toBe(1);
    await server.close();
  });
});
