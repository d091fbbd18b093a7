import type { LookupAddress, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { expect, test } from 'vitest';
import { digestOf, readAll } from '../../scripts/oci/digest.ts';
import { guardedLookup } from '../../scripts/oci/lookup.ts';
import { fakeRegistry } from '../helpers/fake-registry.ts';
import { bytesOf, describeBytes } from '../helpers/oci-graph.ts';
import { openOn } from './registry-setup.ts';

/** A name service that knows these names. */
function names(table: Readonly<Record<string, readonly string[]>>): typeof systemLookup {
  const look = (
    name: string,
    _: object,
    callback: (error: Error | null, found: LookupAddress[]) => void,
  ): void => {
    const found = (table[name] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    callback(found.length === 0 ? Object.assign(new Error(name), { code: 'ENOTFOUND' }) : null, found);
  };
  return look as unknown as typeof systemLookup;
}

const NAMES = names({
  'git.example.org': ['10.0.0.1'],
  'local.example.org': ['127.0.0.1'],
  'storage.example.org': ['10.0.0.2', '2001:db8::2'],
  'self.example.org': ['8.8.8.8', '127.0.0.1'],
  'six.example.org': ['::1'],
  'meta.example.org': ['169.254.169.254'],
  'cable.example.org': ['fe80::1'],
  'here.localhost': ['127.0.0.1', '::1'],
  'away.localhost': ['127.0.0.1', '192.0.2.1'],
  'zero.example.org': ['0.0.0.0'],
  'mapped.example.org': ['::ffff:169.254.169.254'],
});

/** The first address of a name, or the code of the error. */
const resolve = (lookup: LookupFunction, name: string, all = true): Promise<string> =>
  new Promise((done) => {
    lookup(name, { all }, (error, found) => {
      const first = typeof found === 'string' ? found : found[0]?.address;
      done(error === null ? (first ?? '') : String((error as { readonly code?: string }).code));
    });
  });

test.each([
  ['git.example.org', 'storage.example.org', '10.0.0.2'],
  ['git.example.org', 'self.example.org', 'REGISTRY_REDIRECT'],
  ['git.example.org', 'six.example.org', 'REGISTRY_REDIRECT'],
  ['git.example.org', 'meta.example.org', 'REGISTRY_REDIRECT'],
  ['git.example.org', 'cable.example.org', 'REGISTRY_REDIRECT'],
  ['git.example.org', 'mapped.example.org', 'REGISTRY_REDIRECT'],
  ['git.example.org', 'zero.example.org', 'REGISTRY_REDIRECT'],
  ['git.example.org', 'nobody.example.org', 'ENOTFOUND'],
  ['local.example.org', 'six.example.org', '::1'],
  ['local.example.org', 'meta.example.org', 'REGISTRY_REDIRECT'],
  ['127.0.0.1', 'six.example.org', '::1'],
  ['here.localhost', 'six.example.org', '::1'],
  ['git.example.org', 'here.localhost', 'REGISTRY_REDIRECT'],
  ['git.example.org', 'away.localhost', 'REGISTRY_REFERENCE'],
  ['127.0.0.1', 'away.localhost', 'REGISTRY_REFERENCE'],
  ['meta.example.org', 'meta.example.org', '169.254.169.254'],
])('a registry %s may lead to %s: %s', async (own, other, expected) => {
  const lookup = guardedLookup(own, NAMES);
  if (own !== '127.0.0.1') expect(await resolve(lookup, own)).toMatch(/^\d/);
  expect(await resolve(lookup, other)).toBe(expected);
  expect(await resolve(lookup, other, false)).toBe(expected);
});

test('a redirect to a name of a link-local address is refused, one to a name of the registry’s machine is not', async () => {
  const blob = bytesOf('lookup', 1000);
  const descriptor = describeBytes(blob);
  const registry = await fakeRegistry();
  try {
    registry.content.blobs.set(`owner/name ${descriptor.digest}`, Buffer.from(blob));
    const store = await openOn(registry.host, 'owner/name', { lookup: NAMES, plainHttp: true });
    const read = async (name: string): Promise<string> => {
      const to = `http://${name}:${registry.host.split(':')[1]}/v2/owner/name/blobs/${descriptor.digest}`;
      registry.faults.add({ effect: { kind: 'redirect', to } });
      return digestOf(await readAll(await store.fetch(descriptor), descriptor, store.name));
    };
    expect(await read('local.example.org')).toBe(descriptor.digest);
    await expect(read('meta.example.org')).rejects.toMatchObject({
      code: 'REGISTRY_REDIRECT',
      message: expect.stringContaining('meta.example.org, which is 169.254.169.254') as string,
    });
  } finally {
    await registry.close();
  }
});

test('a registry whose name says that it is this machine, and is not, is not spoken to', async () => {
  const env = { HOME: '/nonexistent', REGISTRY_USERNAME: 'somebody', REGISTRY_PASSWORD: 'a secret' };
  for (const port of [80, 5000]) {
    const store = await openOn(`away.localhost:${port}`, 'owner/name', { lookup: NAMES, env });
    await expect(store.resolve('1')).rejects.toMatchObject({
      code: 'REGISTRY_REFERENCE',
      message: expect.stringMatching(/^away\.localhost is 192\.0\.2\.1, although/) as string,
    });
  }
});
