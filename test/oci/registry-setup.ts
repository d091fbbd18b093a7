import { openRegistry, type OpenRepository, type RegistryOptions } from '../../scripts/oci/registry.ts';
import { parseRegistryReference } from '../../scripts/oci/reference.ts';
import type { Waiting } from '../../scripts/fetch/retry.ts';

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
