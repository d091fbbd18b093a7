import { describe, expect, test } from 'vitest';
import { streamOf } from '../../scripts/oci/digest.ts';
import { copy } from '../../scripts/oci/copy.ts';
import type { RegistryFault } from '../helpers/fake-faults.ts';
import type { FakeOptions, FakeRegistry } from '../helpers/fake-registry.ts';
import { bytesOf, describeBytes, graphStore, image } from '../helpers/oci-graph.ts';
import { fakeRegistries, openOn, OWN, putBlob, readBlob, testWaiting } from './registry-setup.ts';
import { NOBODY } from '../helpers/nobody.ts';

const LOGIN = { username: 'somebody', password: 'a secret of the tests' };
const ENV = { HOME: '/nonexistent', REGISTRY_USERNAME: LOGIN.username, REGISTRY_PASSWORD: LOGIN.password };
const BLOB = bytesOf('client', 300_000);
const DESCRIPTOR = describeBytes(BLOB);
const GRAPH = image('client', [BLOB]);

const start = fakeRegistries();

/** A registry that has the blob. */
async function withBlob(options: FakeOptions = {}): Promise<FakeRegistry> {
  return putBlob(await start(options), DESCRIPTOR, BLOB);
}

const read = (
  registry: Pick<FakeRegistry, 'host'>,
  options?: Parameters<typeof openOn>[2],
): Promise<string> => readBlob(registry, DESCRIPTOR, options);

describe('download', () => {
  const blobs = (effect: RegistryFault['effect'], times = 1): RegistryFault => ({
    path: '/blobs/',
    times,
    effect,
  });

  test.each(['distribution', 'gitea'] as const)(
    '%s: goes on where the connection was cut',
    async (flavour) => {
      const faults = [
        blobs({ kind: 'cut-answer', after: 100_000 }),
        blobs({ kind: 'cut-answer', after: 50_000 }),
      ];
      const registry = await withBlob({ flavour, faults });
      expect(await read(registry)).toBe(DESCRIPTOR.digest);
      const ranges = registry.requests.map(({ headers }) => headers.range);
      expect(ranges[0]).toBeUndefined();
      expect(ranges[1]).toMatch(/^bytes=\d+-$/);
    },
  );

  test('a body that ends early is asked for the rest', async () => {
    const registry = await withBlob({ faults: [blobs({ kind: 'short-answer', bytes: 1000 })] });
    expect(await read(registry)).toBe(DESCRIPTOR.digest);
  });

  test.each<RegistryFault['effect']>([
    { kind: 'cut-answer', after: 20_000 },
    { kind: 'short-answer', bytes: 20_000 },
  ])('as long as each answer brings something new, the attempts begin anew: %j', async (effect) => {
    const registry = await withBlob({ faults: [blobs(effect, 8)] });
    expect(await read(registry)).toBe(DESCRIPTOR.digest);
    expect(registry.faults.left()).toBe(0);
  });

  test('a body that is always short ends with one message', async () => {
    const registry = await withBlob({
      flavour: 'gitea',
      faults: [blobs({ kind: 'short-answer', bytes: 1000 }, 99)],
    });
    await expect(read(registry)).rejects.toMatchObject({
      code: 'REGISTRY_NETWORK',
      message: expect.stringContaining('ended after 1000 of 300000 bytes') as string,
    });
  });

  test('other bytes than asked for are found out', async () => {
    const registry = await withBlob({ faults: [blobs({ kind: 'corrupt-answer' })] });
    await expect(read(registry)).rejects.toMatchObject({ code: 'OCI_DIGEST' });
  });

  test('a server that stalls in the middle is asked again', async () => {
    const registry = await withBlob({ faults: [blobs({ kind: 'stall-answer', after: 1000 })] });
    expect(await read(registry, { timeouts: { idle: 200 } })).toBe(DESCRIPTOR.digest);
  });

  test('a server that hangs is given up in time', async () => {
    const registry = await withBlob({ faults: [blobs({ kind: 'hang' }, 9)] });
    await expect(read(registry, { timeouts: { headers: 200 } })).rejects.toMatchObject({
      code: 'REGISTRY_NETWORK',
    });
  });
});

describe('retries', () => {
  test.each([408, 429, 500, 502, 503, 504])('%i is asked again', async (status) => {
    const registry = await withBlob({ faults: [{ times: 3, effect: { kind: 'status', status } }] });
    expect(await read(registry)).toBe(DESCRIPTOR.digest);
  });

  test('Retry-After is obeyed, the pauses between others grow', async () => {
    const waiting = testWaiting();
    const effect = { kind: 'status', status: 503 } as const;
    const faults = [{ times: 2, effect }, { effect: { ...effect, headers: { 'retry-after': '3' } } }];
    await read(await withBlob({ faults }), { waiting });
    expect(waiting.slept).toEqual([250, 500, 3000]);
  });

  test('clients that fail together do not come back together', async () => {
    const waiting = { ...testWaiting(), random: () => 0.5 };
    const effect = { kind: 'status', status: 503 } as const;
    const faults = [{ times: 2, effect }, { effect: { ...effect, headers: { 'retry-after': '3' } } }];
    await read(await withBlob({ faults }), { waiting });
    expect(waiting.slept).toEqual([375, 750, 3250]);
  });

  test('what a server says is one line, without terminal sequences', async () => {
    const effect = { kind: 'status', status: 400, body: 'a\u001b[2Jb\nc' } as const;
    await expect(read(await withBlob({ faults: [{ effect }] }))).rejects.toMatchObject({
      code: 'REGISTRY_ANSWER',
      message: expect.stringMatching(/: answered 400: ab c$/) as string,
    });
  });

  test('what asks for a pause of hours is given up', async () => {
    const effect = { kind: 'status', status: 429, headers: { 'retry-after': '7200' } } as const;
    await expect(read(await withBlob({ faults: [{ effect }] }))).rejects.toMatchObject({
      code: 'REGISTRY_ANSWER',
      hint: expect.stringContaining('7200') as string,
    });
  });

  test('a loopback registry is spoken to past any proxy, which would see the credentials', async () => {
    const registry = await withBlob({ login: LOGIN });
    const proxies = { HTTP_PROXY: 'http://127.0.0.1:1', HTTPS_PROXY: 'http://127.0.0.1:1' };
    expect(await read(registry, { env: { ...ENV, ...proxies } })).toBe(DESCRIPTOR.digest);
  });

  test('nobody listens: said after a few attempts', async () => {
    await expect(read({ host: NOBODY })).rejects.toMatchObject({
      code: 'REGISTRY_NETWORK',
      message: expect.stringMatching(/nothing listens there \(ECONNREFUSED\) \(4 attempts\)$/) as string,
    });
  });
});

describe('tokens', () => {
  test('one for reading, one for writing, one for a mount; each asked once', async () => {
    const registry = await start({ login: LOGIN });
    const store = await openOn(registry.host, OWN, { env: ENV });
    await copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'v1', mountFrom: 'owner/other' });
    const asked = registry.requests
      .filter(({ url }) => url.includes('/token'))
      .map(({ url }) => new URL(url, 'http://x').searchParams.getAll('scope').join(' '));
    expect(asked.toSorted()).toEqual([
      'repository:owner/name:pull',
      'repository:owner/name:pull,push',
      'repository:owner/name:pull,push repository:owner/other:pull',
    ]);
  });

  test('without credentials a public repository is read by an anonymous token', async () => {
    const registry = await withBlob({ flavour: 'gitea', login: LOGIN, publicPull: true });
    expect(await read(registry)).toBe(DESCRIPTOR.digest);
    expect(
      registry.requests.find(({ url }) => url.includes('/token'))?.headers.authorization,
    ).toBeUndefined();
  });

  test('without credentials writing is refused with what to do', async () => {
    const registry = await start({ flavour: 'gitea', login: LOGIN, publicPull: true });
    const store = await openOn(registry.host, OWN);
    await expect(store.push(DESCRIPTOR, async () => streamOf(BLOB))).rejects.toMatchObject({
      code: 'REGISTRY_DENIED',
      message: expect.stringContaining('asked without credentials') as string,
      hint: expect.stringContaining('GITEA_TOKEN') as string,
    });
  });

  test('what is denied unasked does not blame credentials that were not sent', async () => {
    const faults = [{ times: 9, effect: { kind: 'status', status: 403 } }] as const;
    const registry = await withBlob({ faults });
    await expect(read(registry, { env: ENV })).rejects.toMatchObject({
      code: 'REGISTRY_DENIED',
      message: expect.stringMatching(/\n {2}asked without the credentials of REGISTRY_USERNAME/) as string,
    });
    expect(registry.requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });

  test('wrong credentials: one answer, not four attempts', async () => {
    const registry = await withBlob({ login: { ...LOGIN, password: 'another one' } });
    await expect(read(registry, { env: ENV })).rejects.toMatchObject({ code: 'REGISTRY_DENIED' });
    expect(registry.requests).toHaveLength(2);
  });

  test('a token that expires in the middle of an upload is renewed, the upload arrives', async () => {
    const registry = await start({ login: LOGIN, tokenUses: 1 });
    const store = await openOn(registry.host, OWN, { env: ENV });
    await store.push(DESCRIPTOR, async () => streamOf(BLOB));
    expect(await store.exists(DESCRIPTOR)).toBe(true);
  });

  test('a token that expires in the middle of a download is renewed, the rest is asked for', async () => {
    const cut = { path: '/blobs/', skip: 1, effect: { kind: 'cut-answer', after: 100_000 } } as const;
    const registry = await withBlob({ login: LOGIN, tokenUses: 1, faults: [cut] });
    expect(await read(registry, { env: ENV })).toBe(DESCRIPTOR.digest);
    const resumed = registry.requests.filter(({ headers }) => headers.range !== undefined);
    expect(resumed.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1-of-the-fake',
      'Bearer token-2-of-the-fake',
    ]);
  });

  test('a realm of another host gets no password, and is not gone around by Basic', async () => {
    const challenge = `Bearer realm="https://auth.example.org/v2/token",service="x", Basic realm="Gitea"`;
    const effect = { kind: 'status', status: 401, headers: { 'www-authenticate': challenge } } as const;
    const registry = await withBlob({ flavour: 'gitea', login: LOGIN, faults: [{ effect }] });
    await expect(read(registry, { env: ENV })).rejects.toMatchObject({
      code: 'REGISTRY_REDIRECT',
      message: `http://${registry.host}/: the token realm of its WWW-Authenticate is https://auth.example.org/v2/token, another host, which does not get the password of this one`,
    });
    expect(registry.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  test('a realm on this machine under another name is asked past any proxy', async () => {
    const registry = await withBlob({ login: LOGIN });
    const realm = `http://localhost:${registry.host.split(':')[1]}/v2/token`;
    const headers = { 'www-authenticate': `Bearer realm="${realm}",service="x"` };
    registry.faults.add({ effect: { kind: 'status', status: 401, headers } });
    const dead = { http_proxy: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1' };
    expect(await read(registry, { env: { ...ENV, ...dead } })).toBe(DESCRIPTOR.digest);
    expect(registry.requests[1]?.headers).toMatchObject({
      host: new URL(realm).host,
      authorization: expect.stringMatching(/^Basic /) as string,
    });
  });

  test('a realm where nobody listens: Gitea takes Basic as well', async () => {
    const challenges = [`Bearer realm="http://${NOBODY}/v2/token",service="x"`, 'Basic realm="Gitea"'];
    const effect = { kind: 'status', status: 401, headers: { 'www-authenticate': challenges } } as const;
    const registry = await withBlob({ flavour: 'gitea', login: LOGIN, faults: [{ effect }] });
    expect(await read(registry, { env: ENV })).toBe(DESCRIPTOR.digest);
    expect(registry.requests.map(({ headers }) => headers.authorization?.split(' ')[0])).toEqual([
      undefined,
      'Basic',
    ]);
  });

  test('a realm on an internal address of another host is refused', async () => {
    const effect = {
      kind: 'status',
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="http://10.1.2.3/token"' },
    } as const;
    const registry = await withBlob({ faults: [{ effect }] });
    await expect(read(registry, { env: ENV })).rejects.toMatchObject({ code: 'REGISTRY_REDIRECT' });
  });
});
