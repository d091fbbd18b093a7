import { createServer } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PinnedImage } from '../../../scripts/images/pinned.ts';
import { registryOptions, sourceOf } from '../../../scripts/commands/terminal/registry-flags.ts';
import { opener } from '../../../scripts/oci/opener.ts';
import { fakeRegistry } from '../../helpers/fake-registry.ts';
import { close, listen } from '../../helpers/http-server.ts';
import { listener, silent } from '../../helpers/silent.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flags-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What a proxy is asked for when a repository of a host is opened and read. */
async function askedFor(
  host: string,
  flags: Parameters<typeof registryOptions>[0],
): Promise<readonly string[]> {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? 'without credentials'}`);
    response.writeHead(403).end();
  });
  proxy.on('connect', ({ url = '' }, socket) => {
    asked.push(`CONNECT ${url}`);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  const url = `http://127.0.0.1:${await listen(proxy)}`;
  const env = { HOME: folder, DOCKER_CONFIG: folder, http_proxy: url, https_proxy: url };
  const open = opener('git.example.org', registryOptions(flags, env, silent()), listener());
  await open({ registry: host, repository: 'a/b' })
    .then((store) => store.resolve('1'))
    .catch(() => undefined);
  await close(proxy);
  return asked;
}

test('--plain-http is for the registry that is named: another is asked by https, with what is stored for it', async () => {
  const auths = { 'ghcr.example.org': { auth: Buffer.from('me:stored').toString('base64') } };
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths }));
  const flags = { 'plain-http': true };
  expect(await askedFor('ghcr.example.org', flags)).toEqual(['CONNECT ghcr.example.org:443']);
  expect((await askedFor('git.example.org', flags)).join()).not.toContain(':443');
});

test('--ca-file makes no other registry of the loopback speak https', async () => {
  const registry = await fakeRegistry();
  const file = join(folder, 'ca.pem');
  await writeFile(file, rootCertificates[0] ?? '');
  const options = registryOptions({ 'ca-file': file }, { HOME: folder }, silent());
  const open = opener('git.example.org', options, listener());
  const store = await open({ registry: registry.host, repository: 'a/b' });
  expect(await store.resolve('1')).toBeUndefined();
  await registry.close();
});

test('a token of the environment is for the registry that is named, and for no other', async () => {
  const said: string[] = [];
  const env = { HOME: folder, DOCKER_CONFIG: folder, GITEA_TOKEN: 'of git.invalid' };
  const open = opener('git.invalid', registryOptions({}, env, silent()), listener(said));
  // Neither is there.
  for (const registry of ['git.invalid', 'ghcr.invalid'])
    await expect(open({ registry, repository: 'a/b' })).rejects.toMatchObject({ code: 'REGISTRY_NETWORK' });
  expect(said).toEqual([
    'registry git.invalid, credentials from GITEA_TOKEN',
    'registry ghcr.invalid, without credentials',
  ]);
});

function at(registry: string): PinnedImage {
  return { value: 'image', from: { registry, repository: 'a/b' }, tag: '1', digest: '' };
}

const [HUB, GHCR] = ['docker.io', 'ghcr.io'].map(at) as [PinnedImage, PinnedImage];
const GIVEN = { username: 'me', 'password-stdin': true } as const;

test.each([
  // Flags, images, the host that they are for, and whether the environment's credentials go there.
  [{}, [GHCR], 'ghcr.io', false],
  [{ 'plain-http': true }, [GHCR], 'ghcr.io', false],
  [GIVEN, [GHCR, GHCR], 'ghcr.io', true],
  [{ from: 'GHCR.io' }, [HUB, GHCR], 'ghcr.io', true],
  [{ ...GIVEN, from: 'docker.io' }, [HUB, GHCR], 'docker.io', true],
])('flags of a bundle %j are for the images’ host', (flags, images, host, withEnvironment) => {
  const env = { GITEA_TOKEN: 'for another host' };
  const found = sourceOf(flags, images, registryOptions({}, env, silent()));
  expect([found.host, found.options.storedOnly !== true]).toEqual([host, withEnvironment]);
});

test.each([
  [{ from: 'git.example.org' }, 'Name a host: the images are at docker.io, ghcr.io.'],
  [GIVEN, 'Say which one by --from HOST.'],
  [{ 'plain-http': true }, 'Say which one by --from HOST.'],
])('flags of a bundle %j do not say which host they are for', (flags, hint) => {
  const options = registryOptions({}, {}, silent());
  expect(() => sourceOf(flags, [HUB, GHCR], options)).toThrow(
    expect.objectContaining({ code: 'USAGE', hint }),
  );
});

test('a registry is asked once whether it is there, however many repositories are opened', async () => {
  const registry = await fakeRegistry();
  const said: string[] = [];
  const open = opener(registry.host, registryOptions({}, { HOME: folder }, silent()), listener(said));
  await Promise.all(['a/b', 'a/c', 'd/e'].map((repository) => open({ registry: registry.host, repository })));
  expect(registry.requests.map(({ url }) => url)).toEqual(['/v2/']);
  expect(said).toHaveLength(1);
  await registry.close();
});
