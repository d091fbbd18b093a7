import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copy } from '../../scripts/oci/copy.ts';
import { resolveImages } from '../../scripts/oci/resolve-image.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { close, listen } from '../helpers/http-server.ts';
import { graphStore, image, multiArch } from '../helpers/oci-graph.ts';
import { openOn, testWaiting } from './registry-setup.ts';

const OPENSSL = process.env['OPENSSL'] ?? 'openssl';
const LOGIN = { username: 'somebody', password: 'a secret of the tests' };
const ENV = { HOME: '/nonexistent', REGISTRY_USERNAME: LOGIN.username, REGISTRY_PASSWORD: LOGIN.password };
const GRAPH = multiArch('registry', 100);

let folder = '';
const running: FakeRegistry[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'registry-'));
});
afterAll(async () => {
  await Promise.all(running.map((registry) => registry.close()));
  await rm(folder, { recursive: true });
});

/** A registry with a certificate of nobody, or undefined where there is no openssl. */
async function secureRegistry(): Promise<FakeRegistry | undefined> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'ca.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
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
        '-keyout',
        key,
        '-out',
        cert,
        ...subject,
      ],
      { stdio: 'ignore' },
    );
  } catch {
    return undefined;
  }
  const tls = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  return started(await fakeRegistry({ tls, login: LOGIN }));
}

function started(registry: FakeRegistry): FakeRegistry {
  running.push(registry);
  return registry;
}

test('https with an authority of one’s own; without it the hint names --ca-file', async ({ skip }) => {
  const registry = await secureRegistry();
  if (registry === undefined) return skip('no openssl');
  const store = await openOn(registry.host, 'owner/name', { caFile: join(folder, 'ca.pem'), env: ENV });
  await copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'v1' });
  expect(await store.resolve('v1')).toEqual(GRAPH.root);

  // Any file of certificates makes it https; this one does not vouch for the registry.
  const other = join(folder, 'other.pem');
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
      '-keyout',
      join(folder, 'k'),
      '-out',
      other,
      '-subj',
      '/CN=other',
    ],
    { stdio: 'ignore' },
  );
  const distrusting = await openOn(registry.host, 'owner/name', { caFile: other });
  await expect(distrusting.resolve('v1')).rejects.toMatchObject({
    code: 'REGISTRY_NETWORK',
    hint: expect.stringContaining('--ca-file') as string,
  });

  const plain = started(await fakeRegistry());
  const speaking = await openOn(plain.host, 'owner/name', { caFile: other });
  await expect(speaking.resolve('v1')).rejects.toMatchObject({
    hint: expect.stringContaining('--plain-http') as string,
  });
});

test('another host than loopback is spoken to by https, unless told otherwise', async () => {
  const open = (plainHttp: boolean) =>
    openOn('registry.invalid', 'owner/name', { plainHttp, waiting: testWaiting() });
  await expect((await open(false)).resolve('v1')).rejects.toThrow(/^https:\/\/registry\.invalid\//);
  await expect((await open(true)).resolve('v1')).rejects.toThrow(/^http:\/\/registry\.invalid\//);
});

test('a sibling has the same credentials and another repository', async () => {
  const registry = started(await fakeRegistry({ login: LOGIN }));
  const store = await openOn(registry.host, 'owner/chart', { env: ENV });
  const sibling = store.sibling('owner/image');
  await copy(graphStore(GRAPH), sibling, GRAPH.root, { tag: 'v1' });
  expect(sibling.name).toBe(`${registry.host}/owner/image`);
  expect(await store.resolve('v1')).toBeUndefined();
  expect(await sibling.resolve('v1')).toEqual(GRAPH.root);
});

test('an image by tag or digest, with its platforms; credentials of the environment are not for it', async () => {
  const registry = started(await fakeRegistry({ login: LOGIN, publicPull: true }));
  const single = image('single', []);
  const store = await openOn(registry.host, 'owner/image', { env: ENV });
  await copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'v1' });
  await copy(graphStore(single), store, single.root, { tag: 'latest' });
  const before = registry.requests.length;
  const name = { registry: registry.host, repository: 'owner/image' };
  const options = { env: ENV, waiting: testWaiting() };
  const expected = { digest: GRAPH.root.digest, platforms: ['linux/amd64', 'linux/arm64'] };
  const references = [
    { ...name, tag: 'v1' },
    { ...name, digest: GRAPH.root.digest },
    name,
    { ...name, tag: 'v0' },
    { ...name, tag: 'v1' },
  ];
  let told = 0;
  const answers = await resolveImages(references, options, () => (told += 1));
  expect(answers).toEqual([
    expected,
    expected,
    { digest: single.root.digest, platforms: [] },
    expect.objectContaining({ code: 'OCI_NOT_FOUND' }),
    expected,
  ]);
  expect(told).toBe(4);
  const asked = registry.requests.slice(before).map(({ headers }) => headers.authorization ?? 'nobody');
  expect(asked.filter((authorization) => authorization.startsWith('Basic'))).toEqual([]);
});

test('the images of a registry are asked for with one token, each by one request', async () => {
  const registry = started(await fakeRegistry({ login: LOGIN, publicPull: true }));
  const names = ['owner/a', 'owner/b', 'owner/c'];
  for (const name of names) {
    const store = await openOn(registry.host, name, { env: ENV });
    await copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'v1' });
  }
  const before = registry.requests.length;
  const references = names.map((repository) => ({ registry: registry.host, repository, tag: 'v1' }));
  const answers = await resolveImages(references, { env: {}, waiting: testWaiting() });
  expect(answers.map((answer) => 'digest' in answer && answer.digest)).toEqual(
    names.map(() => GRAPH.root.digest),
  );
  const asked = registry.requests
    .slice(before)
    .map(({ method, url }) => `${method} ${url.split('?')[0] ?? ''}`);
  expect(asked.slice(0, 3)).toEqual([
    'GET /v2/owner/a/manifests/v1',
    'GET /v2/token',
    'GET /v2/owner/a/manifests/v1',
  ]);
  expect(asked.slice(3).toSorted()).toEqual(['GET /v2/owner/b/manifests/v1', 'GET /v2/owner/c/manifests/v1']);
});

test('a registry that is not there is found out once, and others answer', async () => {
  const registry = started(await fakeRegistry());
  const store = await openOn(registry.host, 'owner/a', { env: ENV });
  await copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'v1' });
  const away = { registry: '127.0.0.1:1', tag: 'v1' };
  const waiting = testWaiting();
  const answers = await resolveImages(
    [
      { ...away, repository: 'x/y' },
      { ...away, repository: 'x/z' },
      { registry: registry.host, repository: 'owner/a', tag: 'v1' },
    ],
    { env: {}, waiting },
  );
  expect(answers[0]).toMatchObject({ code: 'REGISTRY_NETWORK' });
  expect(answers[1]).toBe(answers[0]);
  expect(answers[2]).toMatchObject({ digest: GRAPH.root.digest });
});

test.each(['registry-1.docker.io', 'index.docker.io', 'docker.io'])(
  'Docker Hub as %s: its API answers, and what docker login stored is found',
  async (host) => {
    const config = join(folder, 'config.json');
    const auth = Buffer.from('somebody:a secret of the tests').toString('base64');
    await writeFile(config, JSON.stringify({ auths: { 'https://index.docker.io/v1/': { auth } } }));
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    const port = await listen(proxy);
    try {
      const env = { HOME: '/nonexistent', DOCKER_CONFIG: folder, https_proxy: `http://127.0.0.1:${port}` };
      const store = await openOn(host, 'somebody/chart', { env });
      expect(store.name).toBe('docker.io/somebody/chart');
      expect(store.credentialSource).toBe(config);
      await expect(store.resolve('v1')).rejects.toMatchObject({ code: 'REGISTRY_NETWORK' });
      expect(new Set(asked)).toEqual(new Set(['registry-1.docker.io:443']));
    } finally {
      await close(proxy);
    }
  },
);
