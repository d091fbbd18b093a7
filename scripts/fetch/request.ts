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

/** What is known of a {@link Refusal} beyond its message. */
interface RefusalDetail {
  /** Whether it may go away by itself, so that asking again makes sense. */
  readonly passing?: boolean;
  readonly retryAfter?: string | undefined;
  /** What to do, where the network is not to blame. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** An answer that is not the file: why, and whether to ask again. */
export class Refusal extends Error {
  readonly passing: boolean;
  readonly retryAfter: string | undefined;
  readonly hint: string | undefined;

  constructor(message: string, { passing = false, retryAfter, hint, cause }: RefusalDetail = {}) {
    super(message, { cause });
    this.passing = passing;
    this.retryAfter = retryAfter;
    this.hint = hint;
  }
}

/** The server is there, but not the file, or not for everybody. */
const WRONG_ADDRESS = new Set([401, 403, 404, 410]);
const ADDRESS_HINT =
  'The server is there, but does not give this file: check upstream.version and upstream.url in recipe.yaml, or --from.';
const REDIRECT_HINT =
  'The server names that address, not recipe.yaml: open the URL and look, or name a file by --from.';

/** Node does not know who signed the server's certificate. */
const UNKNOWN_SIGNER = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
const SIGNER_HINT =
  'Where a proxy or server of your own signs itself, set NODE_EXTRA_CA_CERTS=/path/to/ca.pem to its authority.';

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
 * @throws Refusal for any other answer or none
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
  if (!URL.canParse(location, url.href))
    throw new Refusal('redirects to what is no URL', { hint: REDIRECT_HINT });
  const target = new URL(location, url);
  if (!['http:', 'https:'].includes(target.protocol))
    throw new Refusal(`redirects to ${target.protocol}, which is not followed`, { hint: REDIRECT_HINT });
  return httpUrl(location, url);
}

function checkHeaders(status: number, headers: Dispatcher.ResponseData['headers'], limit: number): void {
  if (status !== 200) {
    throw new Refusal(`answered ${status}`, {
      passing: isPassing(status),
      retryAfter: single(headers['retry-after']),
      hint: WRONG_ADDRESS.has(status) ? ADDRESS_HINT : undefined,
    });
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
    return new Refusal('the connection closed before the body was complete', { passing: true, cause: error });
  }
  const message =
    timeouts[code] ?? `${messageOf(error) || 'no connection'}${code === '' ? '' : ` (${code})`}`;
  const hint = UNKNOWN_SIGNER.has(code) ? SIGNER_HINT : undefined;
  return new Refusal(message, { passing: PASSING_ERRORS.has(code), hint, cause: error });
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
