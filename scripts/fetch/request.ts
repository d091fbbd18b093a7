import type { Dispatcher } from 'undici';
import { ChartError, messageOf } from '../errors.ts';
import { isPassing } from './retry.ts';
import { httpUrl } from './source.ts';

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

/** Errors of the connection that a second attempt may not meet; a timeout is not repeated. */
const PASSING_ERRORS = new Set(['ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'UND_ERR_SOCKET']);

/** An answer that is not the file: why, and whether to ask again. */
export class Refusal extends Error {
  readonly passing: boolean;
  readonly retryAfter: string | undefined;

  constructor(message: string, passing = false, retryAfter?: string, cause?: unknown) {
    super(message, { cause });
    this.passing = passing;
    this.retryAfter = retryAfter;
  }
}

/** How to ask. */
export interface Asking {
  readonly dispatcher: Dispatcher;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  /** The value of the Authorization header. */
  readonly authorization: string | undefined;
}

/**
 * One request, nothing followed or repeated: the body, or where to ask instead.
 *
 * @throws Refusal for any other answer or none; FETCH_URL for a redirect to what is not http(s)
 */
export async function ask(
  url: URL,
  { dispatcher, limits, signal, authorization }: Asking,
): Promise<Uint8Array | URL> {
  const { request } = await import('undici');
  try {
    const { statusCode, headers, body } = await request(withoutCredentials(url), {
      dispatcher,
      headers: {
        accept: 'application/yaml, text/plain, */*;q=0.5',
        // The lock holds the digest of the file, not of some compression of it.
        'accept-encoding': 'identity',
        'user-agent': 'chartlift',
        ...(authorization !== undefined && { authorization }),
      },
      headersTimeout: limits.headers,
      bodyTimeout: limits.idle,
      signal,
    });
    try {
      const target = redirectTarget(statusCode, headers, url);
      if (target !== undefined) return target;
      checkHeaders(statusCode, headers, limits.bytes);
      return await collect(body, limits.bytes);
    } finally {
      body.on('error', () => {}).destroy();
    }
  } catch (error) {
    throw error instanceof Refusal || error instanceof ChartError ? error : connectionRefusal(error, limits);
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

function withoutCredentials(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
