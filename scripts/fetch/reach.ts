import type { Reach } from './acquire.ts';
import { userCache } from './cache.ts';
import { DEFAULT_LIMITS } from './download.ts';
import { REAL_WAITING } from '../http/retry.ts';

/** What fetching says of itself: a source that failed; a retry or a redirect. */
export interface FetchEvent {
  readonly event: 'warning' | 'network';
  readonly text: string;
}

/** The real network, cache and clock; retries and failing sources are said. */
export function userReach(env: NodeJS.ProcessEnv, tell: (event: FetchEvent) => void): Reach {
  return {
    cache: userCache(env),
    warn: (text) => tell({ event: 'warning', text }),
    network: async () => {
      // Loads undici, which files and the cache do not need.
      const { dispatcherFor } = await import('../http/dispatcher.ts');
      return {
        dispatcher: dispatcherFor({ env }),
        limits: DEFAULT_LIMITS,
        note: (text) => tell({ event: 'network', text }),
        waiting: REAL_WAITING,
      };
    },
  };
}
