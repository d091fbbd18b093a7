import { afterEach, describe, expect, test } from 'vitest';
import { digestOf, streamOf } from '../../scripts/oci/digest.ts';
import type { Effect, RegistryFault } from '../helpers/fake-faults.ts';
import { fakeRegistry, type FakeOptions, type FakeRegistry } from '../helpers/fake-registry.ts';
import { bytesOf, describeBytes } from '../helpers/oci-graph.ts';
import { openOn, testWaiting } from './registry-setup.ts';

const BLOB = bytesOf('resumed', 400_000);

let registry: FakeRegistry;
afterEach(() => registry.close());

const on = (method: string, effect: Effect, times = 1): RegistryFault => ({
  method,
  path: '/uploads/',
  times,
  effect,
});
const answered = (method: string, status: number, headers = {}, times = 1): RegistryFault =>
  on(method, { kind: 'status', status, headers }, times);
const stating = (method: string, end: number): RegistryFault =>
  on(method, { kind: 'header', name: 'range', value: `0-${end}` });
const CUT = on('PUT', { kind: 'cut-request', after: 150_000 });

/** Uploads the blob; the first PUT is cut after 150 000 bytes, then come the faults. */
async function upload(
  faults: readonly RegistryFault[],
  options: Parameters<typeof openOn>[2] = {},
  blob = BLOB,
  login: FakeOptions['login'] | null = null,
): Promise<string> {
  registry = await fakeRegistry({ flavour: 'spec', faults: [CUT, ...faults], ...(login && { login }) });
  const descriptor = describeBytes(blob);
  const store = await openOn(registry.host, 'owner/name', options);
  await store.push(descriptor, async () => streamOf(blob));
  const stored = registry.content.blobs.get(`owner/name ${descriptor.digest}`);
  expect(stored && digestOf(stored)).toBe(descriptor.digest);
  return registry.requests.map(({ method }) => method).join(' ');
}

const count = (methods: string, method: string): number =>
  methods.split(' ').filter((one) => one === method).length;

test('a server whose Range goes back and forth brings nothing new, and does not hold the client', async () => {
  const lies = Array.from({ length: 60 }, (_, i) => stating('GET', i % 2 === 0 ? 99 : 199));
  const methods = await upload([...lies, answered('PATCH', 416, {}, 60)]);
  expect(count(methods, 'GET')).toBeLessThan(10);
});

test('nor does one whose Range grows by a byte at a time', async () => {
  const lies = Array.from({ length: 300 }, (_, i) => stating('GET', 99 + i));
  const methods = await upload([...lies, answered('PATCH', 416, {}, 300)]);
  expect(count(methods, 'GET')).toBe(100);
});

test.each<readonly [string, Effect, number]>([
  ['answered 503', { kind: 'status', status: 503 }, 250],
  ['answered 429 with Retry-After', { kind: 'status', status: 429, headers: { 'retry-after': '7' } }, 7000],
  ['lost', { kind: 'lose-answer' }, 250],
])('a question for the range that is %s is asked again, and costs no bytes', async (_, effect, wait) => {
  const waiting = testWaiting();
  expect(await upload([on('GET', effect)], { waiting })).toBe('HEAD POST PUT GET GET PATCH PUT');
  expect(waiting.slept).toEqual([250, wait]);
});

test.each<readonly [number, Readonly<Record<string, string>>, number]>([
  [500, {}, 250],
  [503, {}, 250],
  [429, { 'retry-after': '7' }, 7000],
])('a PATCH that is answered %i goes on from the range', async (status, headers, wait) => {
  const waiting = testWaiting();
  const methods = await upload([answered('PATCH', status, headers)], { waiting });
  expect(methods).toBe('HEAD POST PUT GET PATCH GET PATCH PUT');
  expect(waiting.slept).toEqual([250, wait]);
});

test('a PATCH that is answered 500 twice in a row has an upload that is spoilt: a new one begins', async () => {
  expect(await upload([answered('PATCH', 500, {}, 2)])).toBe(
    'HEAD POST PUT GET PATCH GET PATCH HEAD POST PUT',
  );
});

test('a PATCH that is answered with less than it brought is followed by a question, not by the last PUT', async () => {
  expect(await upload([stating('PATCH', 99)])).toBe('HEAD POST PUT GET PATCH GET PUT');
});

test('a token that expires between two PATCHes is renewed, and only the second is sent again', async () => {
  const login = { username: 'somebody', password: 'a secret of the tests' };
  const env = { HOME: '/nonexistent', REGISTRY_USERNAME: login.username, REGISTRY_PASSWORD: login.password };
  const blob = Buffer.alloc(33 * 1024 * 1024, 'x');
  await upload([{ ...answered('PATCH', 401), skip: 1 }], { env }, blob, login);
  const pieces = registry.requests.filter(({ method }) => method === 'PATCH');
  const second = `${150_000 + 32 * 1024 * 1024}-${blob.length - 1}`;
  expect(pieces.map(({ headers }) => headers['content-range'])).toEqual([
    `150000-${150_000 + 32 * 1024 * 1024 - 1}`,
    second,
    second,
  ]);
  expect(new Set(pieces.map(({ headers }) => headers.authorization)).size).toBe(2);
});

test('a last PUT that is answered 503 is sent again without the bytes', async () => {
  expect(await upload([answered('PUT', 503)])).toBe('HEAD POST PUT GET PATCH PUT GET PUT');
});

test.each<readonly [string, Effect]>([
  ['REGISTRY_DENIED', { kind: 'status', status: 403 }],
  ['REGISTRY_REDIRECT', { kind: 'redirect', to: 'http://10.0.0.1/' }],
  ['REGISTRY_REDIRECT', { kind: 'header', name: 'location', value: 'http://10.0.0.1/' }],
])('%s at the question for the range is said, not passed over', async (code, effect) => {
  await expect(upload([on('GET', effect)])).rejects.toMatchObject({ code });
});

test('pieces have at least the length that the registry wants (OCI-Chunk-Min-Length)', async () => {
  const least = 40 * 1024 * 1024;
  const blob = Buffer.alloc(least + 1_000_000, 'x');
  const wish = { kind: 'header', name: 'OCI-Chunk-Min-Length', value: String(least) } as const;
  await upload([on('POST', wish)], {}, blob);
  const pieces = registry.requests.filter(({ method }) => method === 'PATCH');
  expect(pieces.map(({ headers }) => headers['content-range'])).toEqual([
    `150000-${150_000 + least - 1}`,
    `${150_000 + least}-${blob.length - 1}`,
  ]);
});

describe('a server that hangs', () => {
  // More than all buffers between the two ends hold.
  const large = Buffer.alloc(16 * 1024 * 1024, 'x');

  test('in the middle of the body is left after the idle time; the upload goes on', async () => {
    const stall: RegistryFault = on('PUT', { kind: 'stall-request', after: 200_000 });
    registry = await fakeRegistry({ flavour: 'spec', faults: [stall] });
    const store = await openOn(registry.host, 'owner/name', { timeouts: { idle: 200, commit: 60_000 } });
    const descriptor = describeBytes(large);
    const before = performance.now();
    await store.push(descriptor, async () => inPieces(large));
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(await store.exists(descriptor)).toBe(true);
    expect(registry.requests.map(({ method }) => method).slice(0, 4)).toEqual(['HEAD', 'POST', 'PUT', 'GET']);
  });

  test('after the last byte has the time of a commit, not that of an answer', async () => {
    const hang: RegistryFault = on('PUT', { kind: 'hang' });
    const timeouts = { headers: 100, idle: 100, commit: 700 };
    registry = await fakeRegistry({ flavour: 'gitea', faults: [hang] });
    const store = await openOn(registry.host, 'owner/name', { timeouts });
    const before = performance.now();
    await expect(store.push(describeBytes(BLOB), async () => streamOf(BLOB))).rejects.toMatchObject({
      code: 'REGISTRY_NETWORK',
      message: expect.stringContaining('no answer within 0.7 s') as string,
    });
    expect(performance.now() - before).toBeGreaterThan(400);
  });

  async function* inPieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
    for (let i = 0; i < bytes.byteLength; i += 65_536) yield bytes.subarray(i, i + 65_536);
  }
});
