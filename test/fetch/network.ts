import { Agent } from 'undici';
import type { Reach } from '../../scripts/fetch/acquire.ts';
import type { Cache } from '../../scripts/fetch/cache.ts';
import { DEFAULT_LIMITS, type Limits, type Network } from '../../scripts/fetch/download.ts';

/** A network that never waits and writes down what it was told. */
export interface TestNetwork extends Network {
  readonly notes: string[];
  readonly slept: number[];
}

export function testNetwork(limits: Partial<Limits> = {}): TestNetwork {
  const notes: string[] = [];
  const slept: number[] = [];
  return {
    dispatcher: new Agent({ connect: { timeout: 1000 }, keepAliveTimeout: 1 }),
    limits: { ...DEFAULT_LIMITS, ...limits },
    note: (text) => notes.push(text),
    waiting: {
      now: () => Date.UTC(2026, 0, 1),
      random: () => 0,
      sleep: async (ms) => {
        slept.push(ms);
      },
    },
    notes,
    slept,
  };
}

/** A cache in memory. */
export function memoryCache(entries: ReadonlyMap<string, Uint8Array> = new Map()): Cache & {
  readonly entries: Map<string, Uint8Array>;
} {
  const store = new Map(entries);
  return {
    entries: store,
    read: async (sha256) => store.get(sha256),
    write: async (sha256, bytes) => {
      store.set(sha256, bytes);
    },
  };
}

/** A reach of test parts; `warnings` fills. */
export function testReach(
  network: Network,
  cache: Cache = memoryCache(),
): Reach & { readonly warnings: string[] } {
  const warnings: string[] = [];
  return { network: async () => network, cache, warn: (text) => warnings.push(text), warnings };
}
