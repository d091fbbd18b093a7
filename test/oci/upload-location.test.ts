import { afterEach, expect, test } from 'vitest';
import { streamOf } from '../../scripts/oci/digest.ts';
import { uploadLocation } from '../../scripts/oci/upload.ts';
import type { Effect, RegistryFault } from '../helpers/fake-faults.ts';
import { fakeRegistry, type FakeOptions, type FakeRegistry } from '../helpers/fake-registry.ts';
import { bytesOf, describeBytes } from '../helpers/oci-graph.ts';
import { openOn } from './registry-setup.ts';

const LOGIN = { username: 'somebody', password: 'a secret of the tests' };
const ENV = { HOME: '/nonexistent', REGISTRY_USERNAME: LOGIN.username, REGISTRY_PASSWORD: LOGIN.password };
const BLOB = bytesOf('sessions', 400_000);

const running: FakeRegistry[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((registry) => registry.close()));
});

async function start(options: FakeOptions): Promise<FakeRegistry> {
  const registry = await fakeRegistry(options);
  running.push(registry);
  return registry;
}

async function push(registry: FakeRegistry): Promise<void> {
  const store = await openOn(registry.host, 'owner/name', { env: ENV });
  await store.push(describeBytes(BLOB), async () => streamOf(BLOB));
}

const answer = (
  method: string,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): RegistryFault => ({
  method,
  effect: { kind: 'status', status, headers },
});
const header = (name: string, value: string): Effect => ({ kind: 'header', name, value });

const asked = ({ requests }: FakeRegistry): readonly string[] =>
  requests.map(({ method, url, headers }) => `${method} ${url} ${headers.authorization ?? 'nobody'}`);

test.each([
  ['/v2/a/blobs/uploads/1', 'https://git.example.org/v2/a/blobs/uploads/1'],
  ['1?_state=x', 'https://git.example.org/v2/a/blobs/uploads/1?_state=x'],
  ['?_state=x', 'https://git.example.org/v2/a/blobs/uploads/?_state=x'],
  ['https://uploads.example.org/1', 'https://uploads.example.org/1'],
])('an upload at %s is at %s', (location, expected) => {
  const url = new URL('https://git.example.org/v2/a/blobs/uploads/');
  const headers = new Map([['location', location]]);
  const begun = { status: 202, url, header: (name: string) => headers.get(name), bytes: new Uint8Array() };
  expect(uploadLocation(begun, { plainHttp: false }).href).toBe(expected);
});

test('an upload at another origin gets the bytes, but no credentials', async () => {
  const other = await start({ faults: [answer('PUT', 201)] });
  const location = header('location', `http://${other.host}/store?session=1`);
  const registry = await start({ login: LOGIN, faults: [{ method: 'POST', effect: location }] });
  await push(registry);
  const digest = encodeURIComponent(describeBytes(BLOB).digest);
  expect(asked(other)).toEqual([`PUT /store?session=1&digest=${digest} nobody`]);
  expect(other.requests[0]?.received).toBe(BLOB.byteLength);
});
