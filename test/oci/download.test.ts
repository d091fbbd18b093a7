import { afterEach, expect, test } from 'vitest';
import { digestOf, readAll } from '../../scripts/oci/digest.ts';
import type { Effect } from '../helpers/fake-faults.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { bytesOf, describeBytes } from '../helpers/oci-graph.ts';
import { openOn } from './registry-setup.ts';

const BLOB = bytesOf('download', 300_000);
const DESCRIPTOR = describeBytes(BLOB);

let registry: FakeRegistry;
afterEach(() => registry.close());

/** Reads a blob whose answers have these effects, one after the other. */
async function read(...effects: readonly Effect[]): Promise<string> {
  registry = await fakeRegistry({ faults: effects.map((effect) => ({ method: 'GET', effect })) });
  registry.content.blobs.set(`owner/name ${DESCRIPTOR.digest}`, Buffer.from(BLOB));
  const store = await openOn(registry.host);
  return digestOf(await readAll(await store.fetch(DESCRIPTOR), DESCRIPTOR, store.name));
}

const CUT: Effect = { kind: 'cut-answer', after: 100_000 };
const range = (value: string): Effect => ({ kind: 'header', name: 'content-range', value });

test('no compression is asked for, in the first request or in the next', async () => {
  expect(await read(CUT)).toBe(DESCRIPTOR.digest);
  expect(registry.requests.map(({ headers }) => headers['accept-encoding'])).toEqual([
    'identity',
    'identity',
  ]);
});

test('a rest that begins before what was asked for is cut to measure', async () => {
  // A 206 from byte 0, of which only one byte comes: known already, so it must not be added.
  const headers = { 'content-range': 'bytes 0-299999/300000' };
  const early: Effect = { kind: 'status', status: 206, headers, body: 'x' };
  expect(await read(CUT, early)).toBe(DESCRIPTOR.digest);
});

test.each([
  ['later than asked for', 'bytes 299999-299999/300000', /asked for bytes from \d+, got later ones$/],
  ['missing', '', /answered 206 without a Content-Range$/],
  ['nonsense', 'all of them', /answered 206 without a Content-Range$/],
])('a Content-Range that is %s ends the download', async (_, value, message) => {
  await expect(read(CUT, range(value))).rejects.toMatchObject({
    code: 'REGISTRY_ANSWER',
    message: expect.stringMatching(message) as string,
  });
});

test('a server that gives a few bytes a time is not asked for ever', async () => {
  const drops = Array.from({ length: 50 }, (): Effect => ({ kind: 'short-answer', bytes: 100 }));
  await expect(read(...drops)).rejects.toMatchObject({ code: 'REGISTRY_NETWORK' });
  expect(registry.requests).toHaveLength(4);
});

test('a Content-Range that lies about its beginning is found out by the digest', async () => {
  await expect(read(CUT, range('bytes 10-299999/300000'))).rejects.toMatchObject({ code: 'OCI_DIGEST' });
});
