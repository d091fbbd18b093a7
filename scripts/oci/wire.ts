import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { ChartError, messageOf } from '../errors.ts';
import type { Waiting } from '../fetch/retry.ts';
import type { ByteStream } from './store.ts';

/** The door to the network; injected, so that tests neither wait nor leave the machine. */
export interface Wire {
  readonly dispatcher: Dispatcher;
  readonly waiting: Waiting;
  readonly timeouts: Timeouts;
  /** http with any host was asked for, not only with the loopback. */
  readonly plainHttp: boolean;
  /** Told of every retry. */
  readonly note: (text: string) => void;
}

/** Milliseconds. */
export interface Timeouts {
  /** Until an answer begins; starts anew with every piece of the request's body. */
  readonly headers: number;
  /** Between two pieces of an answer's body. */
  readonly idle: number;
  /** Until the answer to a blob's last byte begins: the registry may store all of it first. */
  readonly commit: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = { headers: 60_000, idle: 60_000, commit: 600_000 };

/** One request as it goes over the wire. */
export interface Exchange {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | ByteStream;
  /** Leave the body of a 2xx answer as a stream. */
  readonly stream?: boolean;
  /** Milliseconds, in place of `timeouts.headers`. */
  readonly patience?: number;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  /** Whom was asked in the end, behind all redirects. */
  readonly url: URL;
  /** A header's value; several of one name joined by ", ". */
  readonly header: (name: string) => string | undefined;
  /** The whole body; empty when it is left as a stream. */
  readonly bytes: Uint8Array;
  /** The body, when it was asked for as a stream and the status is 2xx. */
  readonly stream?: ByteStream;
}

/** A request that got no answer, or half of one. */
export class Fault extends Error {
  /** Whether another attempt may do better. */
  readonly passing: boolean;
  /** What to do, where the fault shows it. */
  readonly hint: string | undefined;

  constructor(message: string, passing: boolean, cause?: unknown, hint?: string) {
    super(message, { cause });
    this.passing = passing;
    this.hint = hint;
  }
}

/** Longer bodies that are not blobs are no manifests, tokens or lists. */
const LONGEST_BODY = 8 * 1024 * 1024;
/** Of an error page, more is of no use. */
const LONGEST_ERROR = 64 * 1024;

/** Sends one request and reads the answer. Follows and repeats nothing. Throws {@link Fault}; REGISTRY_REDIRECT for a name. */
export async function exchange(request: Exchange, wire: Wire): Promise<Answer> {
  const undici = await import('undici');
  try {
    const { statusCode, headers, body } = await undici.request(request.url, {
      dispatcher: wire.dispatcher,
      method: request.method,
      headers: { 'user-agent': 'chartlift', ...request.headers },
      body: request.body === undefined ? null : asBody(request.body),
      headersTimeout: request.patience ?? wire.timeouts.headers,
      bodyTimeout: wire.timeouts.idle,
    });
    const header = (name: string): string | undefined => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    };
    const ok = statusCode >= 200 && statusCode < 300;
    const head = { status: statusCode, url: request.url, header };
    if (ok && request.stream === true) {
      return { ...head, bytes: new Uint8Array(), stream: faulting(body, request, wire.timeouts) };
    }
    return { ...head, bytes: await collect(atLeast(body, wire.timeouts.idle), ok) };
  } catch (error) {
    // Of the lookup: a name that may not be connected to.
    if (error instanceof ChartError) throw error;
    throw faultOf(error, request, wire.timeouts);
  }
}

/** undici takes any async iterable; its types know only of Node's own streams. */
function asBody(body: Uint8Array | ByteStream): Uint8Array | Readable {
  return body as Uint8Array | Readable;
}

async function* faulting(body: AsyncIterable<Uint8Array>, request: Exchange, timeouts: Timeouts): ByteStream {
  try {
    yield* atLeast(body, timeouts.idle);
  } catch (error) {
    throw faultOf(error, request, timeouts);
  }
}

/** Bytes in a second that are the least of a server that works. */
const LEAST_RATE = 1024;

/**
 * A body that comes a few bytes at a time would keep the client for days, and no two of its
 * pieces are far enough apart to be a stall. Counted is only the time that the reader waits,
 * not the one that it takes. Another attempt is not made: each would bring a few bytes.
 */
async function* atLeast(body: AsyncIterable<Uint8Array>, span: number): ByteStream {
  let waited = 0;
  let bytes = 0;
  let from = performance.now();
  for await (const piece of body) {
    waited += performance.now() - from;
    bytes += piece.byteLength;
    if (waited > span && bytes < (LEAST_RATE * span) / 1000)
      throw new Fault(
        `the answer came with less than ${LEAST_RATE} bytes a second for ${span / 1000} s`,
        false,
      );
    if (waited > span) [waited, bytes] = [0, 0];
    yield piece;
    from = performance.now();
  }
}

async function collect(body: ByteStream, ok: boolean): Promise<Uint8Array> {
  const limit = ok ? LONGEST_BODY : LONGEST_ERROR;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.byteLength;
    if (size > limit && ok) throw new Fault(`the answer has more than ${limit} bytes`, false);
    if (size > limit) break;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Errors of a connection that another attempt may not meet. */
const PASSING: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_BODY_TIMEOUT',
]);

/**
 * A server that does not answer may still do what it was asked, so only a read is sent again:
 * often it was one machine of several that hung.
 */
const isPassing = (code: string, method: Exchange['method']): boolean =>
  PASSING.has(code) || (code === 'UND_ERR_HEADERS_TIMEOUT' && (method === 'GET' || method === 'HEAD'));

const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function faultOf(error: unknown, { method, patience }: Exchange, timeouts: Timeouts): Fault {
  if (error instanceof Fault) return error;
  const code = codeOf(error);
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nothing listens there',
    ENOTFOUND: 'there is no host of this name',
    UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
    UND_ERR_HEADERS_TIMEOUT: `no answer within ${(patience ?? timeouts.headers) / 1000} s`,
    UND_ERR_BODY_TIMEOUT: `the answer stalled for ${timeouts.idle / 1000} s`,
    UND_ERR_SOCKET: 'the connection was closed in the middle',
  };
  const text = words[code] ?? (messageOf(error) || 'no connection');
  const hint = UNTRUSTED.has(code)
    ? 'If the registry has a certificate of your own authority, name its PEM file by --ca-file.'
    : /wrong version number|packet length too long/i.test(text)
      ? 'The server does not speak TLS; if it is meant to be plain http, give --plain-http.'
      : undefined;
  return new Fault(code === '' ? text : `${text} (${code})`, isPassing(code, method), error, hint);
}

/** The code of a network error: its own, that of the first of several, or its cause's. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code, errors } = error as { readonly code?: unknown; readonly errors?: readonly unknown[] };
  return typeof code === 'string' ? code : codeOf(errors?.[0] ?? error.cause);
}
