import { setTimeout as sleep } from 'node:timers/promises';

/** A clock that waits; injected, so that tests do not. Times in milliseconds. */
export interface Waiting {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** The machine's own clock. */
export const REAL_WAITING: Waiting = { now: Date.now, random: Math.random, sleep: (ms) => sleep(ms) };

/** How often a source is asked before the next one is. */
export const MOST_ATTEMPTS = 4;
/** A server that wants a longer pause is given up. */
const LONGEST_PAUSE = 60_000;
const FIRST_PAUSE = 500;

/** RFC 9110 and 6585: these may go away by themselves. */
export function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/**
 * Milliseconds to wait before attempt `attempt + 1`: what Retry-After says plus
 * a little jitter, or an exponential pause with full jitter. Undefined: give up.
 */
export function pause(attempt: number, retryAfter: string | undefined, waiting: Waiting): number | undefined {
  if (attempt >= MOST_ATTEMPTS) return undefined;
  const asked = retryAfterMs(retryAfter, waiting.now());
  if (asked === undefined) return FIRST_PAUSE * 2 ** (attempt - 1) * (0.5 + waiting.random() / 2);
  return asked > LONGEST_PAUSE ? undefined : asked + FIRST_PAUSE * waiting.random();
}

/** What a server's Retry-After asks for, in words, where that is more than is waited. */
export function tooLong(retryAfter: string | undefined, waiting: Pick<Waiting, 'now'>): string | undefined {
  const asked = retryAfterMs(retryAfter, waiting.now());
  if (asked === undefined || asked <= LONGEST_PAUSE) return undefined;
  return `asks to wait ${Math.ceil(asked / 1000)} s, and at most ${LONGEST_PAUSE / 1000} s are waited`;
}

/** Retry-After is either seconds or an HTTP date (RFC 9110, 10.2.3). */
function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
