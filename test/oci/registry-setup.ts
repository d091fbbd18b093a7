import { afterEach } from 'vitest';
import { digestOf, readAll } from '../../scripts/oci/digest.ts';
import type { Descriptor } from '../../scripts/oci/store.ts';
import { fakeRegistry, type FakeOptions, type FakeRegistry } from '../helpers/fake-registry.ts';
import { openRegistry, type OpenRepository, type RegistryOptions } from '../../scripts/oci/registry.ts';
import { parseRegistryReference } from '../../scripts/recipe/reference.ts';
import type { Waiting } from '../../scripts/http/retry.ts';

/** A clock that does not wait, and what it was asked for, in milliseconds. */
export interface TestWaiting extends Waiting {
  readonly slept: number[];
}

export function testWaiting(): TestWaiting {
  const slept: number[] = [];
  let passed = 0;
  return {
    slept,
    now: () => Date.UTC(2026, 0, 1) + passed,
    random: () => 0,
    sleep: async (ms) => {
      slept.push(ms);
      passed += ms;
    },
  };
}

/** Opens a repository of a server on the loopback without waiting between attempts. */
export async function openOn(
  host: string,
  repository = 'owner/name',
  options: Partial<RegistryOptions> = {},
): Promise<OpenRepository> {
  return openRegistry(parseRegistryReference(`oci://${host}/${repository}`), {
    env: { HOME: '/nonexistent' },
    waiting: testWaiting(),
    ...options,
  });
}

/** Starts fake registries that end with the test that started them. */
export function fakeRegistries(): (options?: FakeOptions) => Promise<FakeRegistry> {
  const running: FakeRegistry[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((registry) => registry.close()));
  });
  return async (options = {}) => {
    const registry = await fakeRegistry(options);
    running.push(registry);
    return registry;
  };
}

export const OWN = 'owner/name';

/** Puts a blob into a registry's {@link OWN} as if it had been pushed. */
export function putBlob(registry: FakeRegistry, { digest }: Descriptor, bytes: Uint8Array): FakeRegistry {
  registry.content.blobs.set(`${OWN} ${digest}`, Buffer.from(bytes));
  return registry;
}

/** The digest of the blob that is read from a registry's {@link OWN}. */
export async function readBlob(
  registry: Pick<FakeRegistry, 'host'>,
  descriptor: Descriptor,
  options: Partial<RegistryOptions> = {},
): Promise<string> {
  const store = await openOn(registry.host, OWN, options);
  return digestOf(await readAll(await store.fetch(descriptor), descriptor, store.name));
}
