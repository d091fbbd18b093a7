import type { Dispatcher } from 'undici';
import { ChartError, messageOf } from '../errors.ts';
import { isPassing, MOST_ATTEMPTS, pause, type Waiting } from './retry.ts';
import { displayUrl, httpUrl, percentDecoded } from './source.ts';

/** Limits of one download; times in milliseconds, sizes in bytes. */
export interface Limits {
  readonly headers: number;
  /** Between two pieces of the body. */
  readonly idle: number;
  /** For the whole of one attempt. */
  readonly total: number;
  readonly bytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  headers: 15_000,
  idle: 15_000,
  total: 120_000,
  bytes: 64 * 1024 * 1024,
};

/** What a download needs of the outside. */
export interface Network {
  /** Opens connections, through a proxy if the environment says so. */
  readonly dispatcher: Dispatcher;
  readonly waiting: Waiting;
  readonly limits: Limits;
  /** Told of every retry and redirect. */
  readonly note: (text: string) => void;
}

const MOST_REDIRECTS = 5;

/** Errors of the connection that a second attempt may not meet; a timeout is not repeated. */
const PASSING_ERRORS = new Set(['ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'UND_ERR_SOCKET']);

/** An answer that is not the file: why, and whether to ask again. */
class Refusal extends Error {
  readonly passing: boolean;
  readonly retryAfter: string | undefined;

  constructor(message: string, passing = false, retryAfter?: string, cause?: unknown) {
    super(message, { cause });
    this.passing = passing;
    this.retryAfter = retryAfter;
  }
}

/**
 * The bytes behind a URL, whole or not at all.
 *
 * Passing failures are repeated with a pause. Redirects are followed by hand:
 * never from https to http, and credentials of the URL go to its own origin only.
 *
 * @throws FETCH_URL, FETCH_NETWORK
 */
export async function download(url: string, network: Network): Promise<Uint8Array> {
  const start = httpUrl(url);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await follow(start, network);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const wait = error.passing ? pause(attempt, error.retryAfter, network.waiting) : undefined;
      if (wait === undefined) {
        const tries = attempt > 1 ? ` (${attempt} attempts)` : '';
        const { message } = error;
        throw new ChartError('FETCH_NETWORK', `${displayUrl(start)}: ${message}${tries}`, { cause: error });
      }
      const seconds = (wait / 1000).toFixed(1);
      network.note(
        `${displayUrl(start)}: ${error.message}; attempt ${attempt + 1} of ${MOST_ATTEMPTS} in ${seconds} s`,
      );
      await network.waiting.sleep(wait);
    }
  }
}

async function follow(start: URL, network: Network): Promise<Uint8Array> {
  const deadline = AbortSignal.timeout(network.limits.total);
  let url = start;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const answer = await ask(url, start, deadline, network);
    if (answer instanceof Uint8Array) return answer;
    if (url.protocol === 'https:' && answer.protocol === 'http:') {
      throw new Refusal(`redirects from https to ${displayUrl(answer)}, which is not followed`);
    }
    const leaves = answer.origin !== start.origin;
    network.note(
      `${displayUrl(url)} redirects to ${displayUrl(answer)}` +
        (leaves && authorization(start) !== undefined ? '; the credentials are not sent there' : ''),
    );
    url = answer;
  }
  throw new Refusal(`more than ${MOST_REDIRECTS} redirects`);
}

/** One request: the body, or where to ask instead. */
async function ask(url: URL, start: URL, signal: AbortSignal, network: Network): Promise<Uint8Array | URL> {
  const { request } = await import('undici');
  const credentials = url.origin === start.origin ? authorization(start) : undefined;
  try {
    const { statusCode, headers, body } = await request(withoutCredentials(url), {
      dispatcher: network.dispatcher,
      headers: {
        accept: 'application/yaml, text/plain, */*;q=0.5',
        // The lock holds the digest of the file, not of some compression of it.
        'accept-encoding': 'identity',
        'user-agent': 'chartlift',
        ...(credentials !== undefined && { authorization: credentials }),
      },
      headersTimeout: network.limits.headers,
      bodyTimeout: network.limits.idle,
      signal,
    });
    try {
      const target = redirectTarget(statusCode, headers, url);
      if (target !== undefined) return target;
      checkHeaders(statusCode, headers, network.limits.bytes);
      return await collect(body, network.limits.bytes);
    } finally {
      body.on('error', () => {}).destroy();
    }
  } catch (error) {
    throw error instanceof Refusal || error instanceof ChartError
      ? error
      : connectionRefusal(error, network.limits);
  }
}

function redirectTarget(
  status: number,
  headers: Dispatcher.ResponseData['headers'],
  url: URL,
): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(status)) return undefined;
  const location = single(headers['location']);
  if (location === undefined) throw new Refusal(`answered ${status} without saying where to`);
  return httpUrl(location, url);
}

function checkHeaders(status: number, headers: Dispatcher.ResponseData['headers'], limit: number): void {
  if (status !== 200) {
    throw new Refusal(`answered ${status}`, isPassing(status), single(headers['retry-after']));
  }
  const type = single(headers['content-type']) ?? '';
  if (/^\s*text\/html\b/i.test(type)) throw new Refusal('answered with HTML instead of YAML');
  const encoding = single(headers['content-encoding']) ?? 'identity';
  if (encoding !== 'identity')
    throw new Refusal(`answered with content-encoding ${encoding} although identity was asked for`);
  const length = Number(single(headers['content-length']) ?? 0);
  if (length > limit) throw new Refusal(`has ${length} bytes; the limit is ${limit}`);
}

async function collect(body: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > limit) throw new Refusal(`has more than ${limit} bytes, the limit`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function connectionRefusal(error: unknown, limits: Limits): Refusal {
  const code = codeOf(error);
  const timeouts: Readonly<Record<string, string>> = {
    UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
    UND_ERR_HEADERS_TIMEOUT: `no answer within ${limits.headers / 1000} s`,
    UND_ERR_BODY_TIMEOUT: `the answer stalled for ${limits.idle / 1000} s`,
    TimeoutError: `not complete within ${limits.total / 1000} s`,
  };
  if (code === 'UND_ERR_SOCKET') {
    return new Refusal('the connection closed before the body was complete', true, undefined, error);
  }
  const message =
    timeouts[code] ?? `${messageOf(error) || 'no connection'}${code === '' ? '' : ` (${code})`}`;
  return new Refusal(message, PASSING_ERRORS.has(code), undefined, error);
}

/** The code of a network error: its own, its cause's, or that of the first of several attempts. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if (error.name === 'TimeoutError') return error.name;
  const { code, errors } = error as { readonly code?: unknown; readonly errors?: readonly unknown[] };
  if (typeof code === 'string') return code;
  return codeOf(errors?.[0] ?? error.cause);
}

function authorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const pair = `${percentDecoded(username)}:${percentDecoded(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function withoutCredentials(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
