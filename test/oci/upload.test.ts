import { afterEach, describe, expect, test } from 'vitest';
import { digestOf, readAll, streamOf } from '../../scripts/oci/digest.ts';
import type { Flavour } from '../helpers/fake-content.ts';
import type { Effect, RegistryFault } from '../helpers/fake-faults.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { bytesOf, describeBytes } from '../helpers/oci-graph.ts';
import { openOn, testWaiting } from './registry-setup.ts';

const BLOB = bytesOf('blob', 400_000);
const BLOB_DESCRIPTOR = describeBytes(BLOB);
const OWN = 'owner/name';

let registry: FakeRegistry;
afterEach(() => registry.close());

/** Uploads the blob to a registry with these faults; says how many bytes went over the wire. */
async function upload(
  faults: readonly RegistryFault[],
  flavour: Flavour = 'distribution',
  options: Parameters<typeof openOn>[2] = {},
): Promise<{ readonly opened: number; readonly sent: number; readonly methods: string }> {
  registry = await fakeRegistry({ flavour, faults });
  const store = await openOn(registry.host, OWN, options);
  let opened = 0;
  await store.push(BLOB_DESCRIPTOR, async () => {
    opened++;
    return inPieces(BLOB);
  });
  expect(digestOf(registry.content.blobs.get(`${OWN} ${BLOB_DESCRIPTOR.digest}`) ?? Buffer.of())).toBe(
    BLOB_DESCRIPTOR.digest,
  );
  expect(registry.faults.left()).toBe(0);
  return {
    opened,
    sent: registry.requests.reduce((sum, { received }) => sum + received, 0),
    methods: registry.requests.map(({ method }) => method).join(' '),
  };
}

async function* inPieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let i = 0; i < bytes.byteLength; i += 10_000) yield bytes.subarray(i, i + 10_000);
}

const cut = (after: number, method = 'PUT', times = 1): RegistryFault => ({
  method,
  path: '/uploads/',
  times,
  effect: { kind: 'cut-request', after },
});
const status = (
  method: string,
  code: number,
  times = 1,
  headers: Readonly<Record<string, string>> = {},
): RegistryFault => ({
  method,
  path: '/uploads/',
  times,
  effect: { kind: 'status', status: code, headers },
});

test('without faults: HEAD, POST, one PUT with all of it and the type that Gitea needs', async () => {
  expect(await upload([], 'gitea')).toEqual({ opened: 1, sent: BLOB.byteLength, methods: 'HEAD POST PUT' });
  const put = registry.requests.at(-1);
  expect(put?.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-length': '400000',
  });
  expect(registry.requests.at(-2)?.headers['content-type']).toBe('application/octet-stream');
});

test('what is there is not sent', async () => {
  registry = await fakeRegistry();
  registry.content.blobs.set(`${OWN} ${BLOB_DESCRIPTOR.digest}`, Buffer.from(BLOB));
  const store = await openOn(registry.host);
  await store.push(BLOB_DESCRIPTOR, () => Promise.reject(new Error('must not be read')));
  expect(registry.requests.map(({ method }) => method)).toEqual(['HEAD']);
});

test.each<Flavour>(['gitea', 'distribution'])(
  '%s loses what was cut: a new upload begins',
  async (flavour) => {
    const { methods } = await upload([cut(150_000)], flavour);
    expect(methods).toBe('HEAD POST PUT HEAD POST PUT');
  },
);

test('an answer that was lost is not an upload that was lost', async () => {
  const { sent, methods } = await upload([{ method: 'PUT', effect: { kind: 'lose-answer' } }]);
  expect(sent).toBe(BLOB.byteLength);
  expect(methods).toBe('HEAD POST PUT HEAD');
});

test('a server that always takes the bytes for others gets them twice, not more', async () => {
  await expect(upload([status('PUT', 400, 9)])).rejects.toMatchObject({ code: 'REGISTRY_ANSWER' });
  expect(registry.requests.map(({ method }) => method).join(' ')).toMatch(/^HEAD POST PUT HEAD POST /);
});

test('a source that is read half way is closed when the upload ends', async () => {
  registry = await fakeRegistry({ faults: [cut(100_000), { ...status('POST', 403), skip: 1 }] });
  const store = await openOn(registry.host);
  let closed = false;
  const endless = async function* endless(): AsyncIterable<Uint8Array> {
    try {
      for (;;) yield BLOB.subarray(0, 10_000);
    } finally {
      closed = true;
    }
  };
  const pushed = store.push({ ...BLOB_DESCRIPTOR, size: 2 ** 40 }, async () => endless());
  await expect(pushed).rejects.toMatchObject({ code: 'REGISTRY_DENIED' });
  await expect.poll(() => closed).toBe(true);
});

test('a server that wants a pause gets it', async () => {
  const waiting = testWaiting();
  await upload([status('POST', 429, 1, { 'retry-after': '7' })], 'gitea', { waiting });
  expect(waiting.slept).toEqual([7000]);
});

test.each([
  ['POST', 500],
  ['POST', 503],
  ['PUT', 500],
  ['PUT', 503],
  ['PUT', 429],
  ['PUT', 404],
])('%s answered %i is overcome', async (method, code) => {
  const { methods } = await upload([status(method, code, code === 404 ? 1 : 3)]);
  expect(methods).toMatch(/PUT$/);
});

test('an endless burst of 503 ends with the status and the words of the server', async () => {
  const effect: Effect = {
    kind: 'status',
    status: 503,
    body: '{"errors":[{"code":"UNAVAILABLE","message":"storage is down"}]}',
  };
  const faults = [{ method: 'PUT', times: 99, effect }];
  await expect(upload(faults)).rejects.toMatchObject({
    code: 'REGISTRY_ANSWER',
    message: expect.stringMatching(/^PUT http.*: answered 503: UNAVAILABLE: storage is down$/) as string,
  });
});

test('an answer that comes before the body is read ends the upload with that answer', async () => {
  await expect(upload([status('PUT', 413, 9)])).rejects.toMatchObject({
    code: 'REGISTRY_ANSWER',
    hint: expect.stringContaining('client_max_body_size') as string,
  });
});

test('the blob arrives altered: said so, not kept', async () => {
  registry = await fakeRegistry();
  const store = await openOn(registry.host);
  const altered = Buffer.from(BLOB).fill(0, 0, 5);
  await expect(store.push(BLOB_DESCRIPTOR, async () => streamOf(altered))).rejects.toMatchObject({
    code: 'OCI_DIGEST',
  });
  expect(registry.content.blobs.size).toBe(0);
});

test('an upload location on an internal address of another host is refused', async () => {
  const effect: Effect = { kind: 'header', name: 'location', value: 'http://169.254.169.254/latest' };
  await expect(upload([{ method: 'POST', effect }])).rejects.toMatchObject({
    code: 'REGISTRY_REDIRECT',
    message: expect.stringContaining('169.254.169.254') as string,
  });
});

test('the mount opens an upload instead (202): it is used', async () => {
  registry = await fakeRegistry();
  const store = await openOn(registry.host);
  expect(await store.mount(BLOB_DESCRIPTOR, 'owner/elsewhere')).toBe(false);
  await store.push(BLOB_DESCRIPTOR, async () => streamOf(BLOB));
  expect(registry.requests.map(({ method }) => method).join(' ')).toBe('POST HEAD PUT');
});

test('an upload that a mount has opened and that is spoilt is left for a new one', async () => {
  registry = await fakeRegistry({ flavour: 'gitea' });
  const store = await openOn(registry.host);
  expect(await store.mount(BLOB_DESCRIPTOR, 'owner/elsewhere')).toBe(false);
  registry.faults.add(cut(150_000));
  await store.push(BLOB_DESCRIPTOR, async () => streamOf(BLOB));
  const opened = registry.requests.filter(({ method }) => method === 'POST').map(({ url }) => url);
  expect(opened).toEqual([expect.stringContaining('mount='), `/v2/${OWN}/blobs/uploads/`]);
  expect(await store.exists(BLOB_DESCRIPTOR)).toBe(true);
});

test('a registry that hangs in the middle of an upload is given up in time', async () => {
  const hang: RegistryFault = { method: 'PUT', effect: { kind: 'hang' } };
  await expect(upload([hang], 'gitea', { timeouts: { headers: 200, commit: 200 } })).rejects.toMatchObject({
    code: 'REGISTRY_NETWORK',
    message: expect.stringContaining('no answer within') as string,
  });
});

test('the source comes back whole', async () => {
  await upload([cut(1)]);
  const store = await openOn(registry.host);
  expect(Buffer.compare(await readAll(await store.fetch(BLOB_DESCRIPTOR), BLOB_DESCRIPTOR, ''), BLOB)).toBe(
    0,
  );
});

describe('a server that hangs', () => {
  // More than all buffers between the two ends hold.
  const large = Buffer.alloc(16 * 1024 * 1024, 'x');

  test('in the middle of the body is left after the idle time; a new upload begins', async () => {
    const stall: RegistryFault = { method: 'PUT', effect: { kind: 'stall-request', after: 200_000 } };
    registry = await fakeRegistry({ faults: [stall] });
    const store = await openOn(registry.host, 'owner/name', { timeouts: { idle: 500, commit: 60_000 } });
    const descriptor = describeBytes(large);
    const before = performance.now();
    await store.push(descriptor, async () => inPieces(large));
    // Not after the time of a commit.
    expect(performance.now() - before).toBeLessThan(60_000);
    expect(await store.exists(descriptor)).toBe(true);
    expect(registry.requests.map(({ method }) => method).join(' ')).toMatch(/^HEAD POST PUT HEAD POST /);
  });

  test('after the last byte has the time of a commit, not that of an answer', async () => {
    const hang: RegistryFault = { method: 'PUT', effect: { kind: 'hang' } };
    const timeouts = { headers: 1000, idle: 1000, commit: 2000 };
    registry = await fakeRegistry({ flavour: 'gitea', faults: [hang] });
    const store = await openOn(registry.host, 'owner/name', { timeouts });
    const before = performance.now();
    await expect(store.push(BLOB_DESCRIPTOR, async () => streamOf(BLOB))).rejects.toMatchObject({
      code: 'REGISTRY_NETWORK',
      message: expect.stringContaining('no answer within 2 s') as string,
    });
    expect(performance.now() - before).toBeGreaterThan(1500);
  });
});
