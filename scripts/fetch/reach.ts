import { setTimeout as sleep } from 'node:timers/promises';
import type { Output } from '../io/output.ts';
import type { Reach } from './acquire.ts';
import { userCache } from './cache.ts';
import { DEFAULT_LIMITS } from './request.ts';

/** The real network, cache and clock; retries and failing sources are printed. */
export function userReach(env: NodeJS.ProcessEnv, out: Pick<Output, 'step' | 'warn'>): Reach {
  return {
    cache: userCache(env),
    warn: (text) => out.warn(text),
    network: async () => {
      // Loads undici, which files and the cache do not need.
      const { dispatcherFor } = await import('../io/dispatcher.ts');
      return {
        dispatcher: dispatcherFor({ env }),
        limits: DEFAULT_LIMITS,
        note: (text) => out.step('network', text),
        waiting: { now: Date.now, random: Math.random, sleep: (ms) => sleep(ms) },
      };
    },
  };
}
