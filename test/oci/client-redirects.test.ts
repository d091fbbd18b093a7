import { describe, expect, test } from 'vitest';
import { streamOf } from '../../scripts/oci/digest.ts';
import type { FakeOptions, FakeRegistry } from '../helpers/fake-registry.ts';
import { bytesOf, describeBytes } from '../helpers/oci-graph.ts';
import { fakeRegistries, openOn, OWN, putBlob, readBlob } from './registry-setup.ts';
import { NOBODY } from '../helpers/nobody.ts';

const LOGIN = { username: 'somebody', password: 'a secret of the tests' };
const ENV = { HOME: '/nonexistent', REGISTRY_USERNAME: LOGIN.username, REGISTRY_PASSWORD: LOGIN.password };
const BLOB = bytesOf('redirects', 300_000);
const DESCRIPTOR = describeBytes(BLOB);

const start = fakeRegistries();

/** A registry that has the blob. */
async function withBlob(options: FakeOptions = {}): Promise<FakeRegistry> {
  return putBlob(await start(options), DESCRIPTOR, BLOB);
}

const read = (registry: FakeRegistry, options?: Parameters<typeof openOn>[2]): Promise<string> =>
  readBlob(registry, DESCRIPTOR, options);

describe('redirects', () => {
  test('are followed to another origin without credentials', async () => {
    const storage = await withBlob();
    const to = `http://${storage.host}/v2/${OWN}/blobs/${DESCRIPTOR.digest}?signature=abc`;
    const registry = await withBlob({
      login: LOGIN,
      faults: [{ path: '/blobs/', skip: 1, effect: { kind: 'redirect', to } }],
    });
    expect(await read(registry, { env: ENV })).toBe(DESCRIPTOR.digest);
    expect(registry.requests.at(-1)?.headers.authorization).toMatch(/^Bearer /);
    expect(storage.requests).toHaveLength(1);
    expect(storage.requests[0]?.headers.authorization).toBeUndefined();
  });

  test('a 401 behind a redirect is not answered with credentials', async () => {
    const other = await start({ login: { username: 'x', password: 'yyyy' } });
    const to = `http://${other.host}/v2/${OWN}/blobs/${DESCRIPTOR.digest}`;
    const registry = await withBlob({ faults: [{ effect: { kind: 'redirect', to } }] });
    await expect(read(registry, { env: ENV })).rejects.toMatchObject({
      code: 'REGISTRY_ANSWER',
      message: expect.stringMatching(/redirected to .*: answered 401/) as string,
    });
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  test.each([
    'http://10.0.0.1/x',
    'http://192.168.1.1/x',
    'http://169.254.169.254/x',
    'http://[fe80::1]/x',
    'ftp://example.org/x',
    '',
  ])('to %s is refused', async (to) => {
    const registry = await withBlob({ faults: [{ effect: { kind: 'redirect', to } }] });
    // Nothing there is an error, too, but none that repeats.
    await expect(read(registry)).rejects.toMatchObject({ code: 'REGISTRY_REDIRECT' });
  });

  test('are not told of: a registry that keeps its blobs elsewhere does it for each', async () => {
    const storage = await withBlob();
    const to = `http://${storage.host}/v2/${OWN}/blobs/${DESCRIPTOR.digest}`;
    const registry = await withBlob({ faults: [{ effect: { kind: 'redirect', to } }] });
    const notes: string[] = [];
    await read(registry, { note: (text) => notes.push(text) });
    expect(notes).toEqual([]);
  });

  test('to where the connection is cut once are asked for again', async () => {
    const storage = await withBlob({ faults: [{ effect: { kind: 'lose-answer' } }] });
    const to = `http://${storage.host}/v2/${OWN}/blobs/${DESCRIPTOR.digest}`;
    const registry = await withBlob({ faults: [{ times: 2, effect: { kind: 'redirect', to } }] });
    expect(await read(registry)).toBe(DESCRIPTOR.digest);
    expect(storage.requests).toHaveLength(2);
  });

  test('to where nobody listens: the error names where that is', async () => {
    const to = `http://${NOBODY}/gone`;
    const registry = await withBlob({ faults: [{ times: 9, effect: { kind: 'redirect', to } }] });
    await expect(read(registry)).rejects.toMatchObject({
      code: 'REGISTRY_NETWORK',
      message: expect.stringContaining(`redirected to ${to}: nothing listens there`) as string,
    });
  });

  test.each([301, 302, 303])('%i does not make a PUT or POST go elsewhere', async (status) => {
    for (const method of ['POST', 'PUT']) {
      const other = await start();
      const to = `http://${other.host}/v2/`;
      const registry = await start({ faults: [{ method, effect: { kind: 'redirect', to, status } }] });
      const store = await openOn(registry.host);
      await expect(store.push(DESCRIPTOR, async () => streamOf(BLOB))).rejects.toMatchObject({
        code: 'REGISTRY_ANSWER',
        message: expect.stringContaining(`answered ${status}`) as string,
      });
      expect(other.requests).toEqual([]);
    }
  });

  test.each([307, 308])('%i takes a PUT with its body elsewhere, without credentials', async (status) => {
    const other = await start();
    const registry = await start({
      login: LOGIN,
      faults: [{ method: 'PUT', effect: { kind: 'redirect', to: `http://${other.host}/store`, status } }],
    });
    other.faults.add({ effect: { kind: 'status', status: 201 } });
    const store = await openOn(registry.host, OWN, { env: ENV });
    await store.push(DESCRIPTOR, async () => streamOf(BLOB));
    expect(other.requests).toMatchObject([{ method: 'PUT', url: '/store', received: BLOB.byteLength }]);
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
  });

  test('from A to B and back to A: the way back has no credentials either', async () => {
    const registry = await withBlob({ login: LOGIN });
    const back = `http://${registry.host}/v2/${OWN}/blobs/back`;
    const other = await start({ faults: [{ effect: { kind: 'redirect', to: back } }] });
    registry.faults.add({
      path: '/blobs/',
      skip: 1,
      effect: { kind: 'redirect', to: `http://${other.host}/` },
    });
    await expect(read(registry, { env: ENV })).rejects.toMatchObject({ code: 'REGISTRY_DENIED' });
    const returned = registry.requests.filter(({ url }) => url.endsWith('/back'));
    expect(returned).not.toEqual([]);
    expect(returned[0]?.headers.authorization).toBeUndefined();
  });

  test('in circles end', async () => {
    const registry = await withBlob({
      faults: [{ times: 99, effect: { kind: 'redirect', to: '/v2/again' } }],
    });
    await expect(read(registry)).rejects.toMatchObject({ code: 'REGISTRY_REDIRECT' });
    expect(registry.requests.length).toBeLessThan(10);
  });

  describe('of a HEAD to a URL that is signed for GET alone', () => {
    const signed = async (status: number, storage: FakeRegistry) => {
      storage.faults.add({ method: 'HEAD', times: 99, effect: { kind: 'status', status } });
      const to = `http://${storage.host}/v2/${OWN}/blobs/${DESCRIPTOR.digest}?signature=abc`;
      const registry = await start({ faults: [{ times: 99, effect: { kind: 'redirect', to } }] });
      return openOn(registry.host);
    };

    test.each([403, 405])('answered %i: the first byte tells whether it is there', async (status) => {
      const storage = await withBlob();
      const store = await signed(status, storage);
      expect(await store.exists(DESCRIPTOR)).toBe(true);
      expect(await store.exists({ ...DESCRIPTOR, size: 7 })).toBe(false);
      expect(storage.requests.filter(({ method }) => method === 'GET')).toMatchObject([
        { headers: { range: 'bytes=0-0' } },
        { headers: { range: 'bytes=0-0' } },
      ]);
      expect(await (await signed(status, await start())).exists(DESCRIPTOR)).toBe(false);
    });

    test('a refusal of the GET, too, is one', async () => {
      const storage = await withBlob();
      storage.faults.add({ method: 'GET', times: 99, effect: { kind: 'status', status: 403 } });
      await expect((await signed(403, storage)).exists(DESCRIPTOR)).rejects.toMatchObject({
        message: expect.stringMatching(/^GET .*redirected to .*: answered 403/) as string,
      });
    });

    test('one of the registry itself is as it was', async () => {
      const registry = await withBlob({ faults: [{ effect: { kind: 'status', status: 403 } }] });
      await expect((await openOn(registry.host)).exists(DESCRIPTOR)).rejects.toMatchObject({
        code: 'REGISTRY_DENIED',
        message: expect.stringMatching(/^HEAD .*: answered 403/) as string,
      });
      expect(registry.requests).toHaveLength(1);
    });
  });
});
