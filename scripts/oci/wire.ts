import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { ChartError } from '../errors.ts';
import type { Waiting } from '../fetch/retry.ts';
import { Fault, faultOf } from './fault.ts';
import { atLeast, watched } from './pace.ts';
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
  /** Between two pieces of a body, of a request or of an answer. */
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
  /** False when there are credentials, which were not sent: nobody asked for them, or another host did. */
  readonly withCredentials?: boolean;
  /** The body, when it was asked for as a stream and the status is 2xx. */
  readonly stream?: ByteStream;
}

/** Longer bodies that are not blobs are no manifests, tokens or lists. */
const LONGEST_BODY = 8 * 1024 * 1024;
/** Each begins the wait for the answer anew (RFC 9110, 15.2: there may be any number). */
const MOST_INTERIM_ANSWERS = 20;
/** Of an error page, more is of no use. */
const LONGEST_ERROR = 64 * 1024;

/** Sends one request and reads the answer. Follows and repeats nothing. Throws {@link Fault}; REGISTRY_REDIRECT for a name. */
export async function exchange(request: Exchange, wire: Wire): Promise<Answer> {
  const undici = await import('undici');
  const { body: sent } = request;
  const isWhole = sent === undefined || sent instanceof Uint8Array;
  const out = isWhole ? undefined : watched(sent, wire.timeouts.idle);
  const interim = new AbortController();
  let seen = 0;
  const onInfo = (): void => {
    if (++seen > MOST_INTERIM_ANSWERS) interim.abort(new Fault('interim answers without end', false));
  };
  try {
    const { statusCode, headers, body } = await undici.request(request.url, {
      dispatcher: wire.dispatcher,
      method: request.method,
      headers: { 'user-agent': 'chartlift', ...request.headers },
      body: isWhole ? (sent ?? null) : null,
      ...(out !== undefined && { body: asBody(out.body) }),
      signal: out === undefined ? interim.signal : AbortSignal.any([out.signal, interim.signal]),
      onInfo,
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
      const toFault = (error: unknown): Fault => faultOf(error, request, wire.timeouts);
      return { ...head, bytes: new Uint8Array(), stream: atLeast(body, wire.timeouts.idle, toFault) };
    }
    return { ...head, bytes: await collect(atLeast(body, wire.timeouts.idle), ok) };
  } catch (error) {
    // Of the lookup: a name that may not be connected to.
    if (error instanceof ChartError) throw error;
    throw faultOf(error, request, wire.timeouts);
  } finally {
    out?.stop();
  }
}

/** undici takes any async iterable; its types know only of Node's own streams. */
function asBody(body: ByteStream): Readable {
  return body as Readable;
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
