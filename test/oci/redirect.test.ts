import { afterEach, describe, expect, test } from 'vitest';
import { readAll, streamOf } from '../../scripts/oci/digest.ts';
import { followable } from '../../scripts/oci/redirect.ts';
import type { RegistryFault } from '../helpers/fake-faults.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { bytesOf, describeBytes } from '../helpers/oci-graph.ts';
import { openOn } from './registry-setup.ts';

const follow = (location: string | undefined, from: string, plainHttp = false): string =>
  followable(location, new URL(from), 'the redirect', plainHttp).href;

test.each([
  ['https://storage.example.org/x?sig=1', 'https://git.example.org/a', 'https://storage.example.org/x?sig=1'],
  ['/v2/x', 'https://git.example.org/a/b', 'https://git.example.org/v2/x'],
  ['x?y=1', 'https://git.example.org/a/b', 'https://git.example.org/a/x?y=1'],
  ['?y=1', 'https://git.example.org/a/b', 'https://git.example.org/a/b?y=1'],
  ['//other.example.org/x', 'https://git.example.org/a', 'https://other.example.org/x'],
  ['http://localhost:9000/x', 'http://127.0.0.1:5000/', 'http://localhost:9000/x'],
  ['https://storage.example.org/', 'http://127.0.0.1:5000/', 'https://storage.example.org/'],
  ['http://10.0.0.1/x', 'http://10.0.0.1/', 'http://10.0.0.1/x'],
])('%s, said by %s, leads to %s', (location, from, target) => {
  expect(follow(location, from, true)).toBe(target);
});

test.each([
  ['https://me:sesame@storage.example.org/x', 'https://storage.example.org/x'],
  ['https://me@storage.example.org/x', 'https://storage.example.org/x'],
])('nobody but the user gives credentials: %s', (location, target) => {
  expect(follow(location, 'https://git.example.org/')).toBe(target);
});

test.each([
  [undefined, 'https://git.example.org/', 'is missing'],
  ['http://git.example.org/', 'https://git.example.org/', 'from https'],
  ['https://127.0.0.1/', 'https://git.example.org/', 'internal address'],
  ['https://10.0.0.2/', 'https://10.0.0.1/', 'internal address'],
  ['https://[64:ff9b::a9fe:a9fe]/', 'https://git.example.org/', 'internal address'],
  ['ftp://git.example.org/', 'https://git.example.org/', 'scheme ftp:'],
])('%s, said by %s, is refused', (location, from, reason) => {
  expect(() => follow(location, from, true)).toThrow(
    expect.objectContaining({
      code: 'REGISTRY_REDIRECT',
      message: expect.stringContaining(reason) as string,
    }),
  );
});

test('http to another host than loopback is only for those who asked for it', () => {
  const asked = (plainHttp: boolean): string =>
    follow('http://storage.example.org/x', 'http://127.0.0.1:5000/', plainHttp);
  expect(asked(true)).toBe('http://storage.example.org/x');
  expect(() => asked(false)).toThrow(
    expect.objectContaining({
      code: 'REGISTRY_REDIRECT',
      hint: expect.stringContaining('--plain-http') as string,
    }),
  );
});

describe('a registry on the loopback cannot make the client speak http to others', () => {
  const ENV = {
    HOME: '/nonexistent',
    REGISTRY_USERNAME: 'somebody',
    REGISTRY_PASSWORD: 'a secret of the tests',
  };
  const BLOB = bytesOf('redirect', 1000);
  const DESCRIPTOR = describeBytes(BLOB);
  const realm = { 'www-authenticate': 'Bearer realm="http://auth.example.org/token"' };

  let registry: FakeRegistry;
  afterEach(() => registry.close());

  test.each<readonly [string, RegistryFault]>([
    ['the token realm of its WWW-Authenticate', { effect: { kind: 'status', status: 401, headers: realm } }],
    ['the redirect', { method: 'GET', effect: { kind: 'redirect', to: 'http://storage.example.org/' } }],
    [
      'the upload location',
      { method: 'POST', effect: { kind: 'header', name: 'location', value: 'http://storage.example.org/' } },
    ],
  ])('by %s', async (what, fault) => {
    registry = await fakeRegistry({ faults: [fault] });
    const store = await openOn(registry.host, 'owner/name', { env: ENV });
    const talk = async (): Promise<void> => {
      await store.push(DESCRIPTOR, async () => streamOf(BLOB));
      await readAll(await store.fetch(DESCRIPTOR), DESCRIPTOR, '');
    };
    await expect(talk()).rejects.toMatchObject({
      code: 'REGISTRY_REDIRECT',
      message: expect.stringContaining(`${what} leads to http://`) as string,
    });
    expect(registry.faults.left()).toBe(0);
  });
});
