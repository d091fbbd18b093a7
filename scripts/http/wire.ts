import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { ChartError } from '../errors.ts';
import { atMost, type ByteStream } from '../io/byte-stream.ts';
import { Fault, faultOf } from './fault.ts';
import { atLeast, watched } from './pace.ts';
import type { Waiting } from './retry.ts';

/** The door to the network; injected, so that tests neither wait nor leave the machine. */
export interface Wire {
  readonly dispatcher: Dispatcher;
  readonly waiting: Waiting;
  readonly timeouts: Timeouts;
  /** Whether another attempt may not meet an error of this code. */
  readonly isPassing: (code: string, method: string) => boolean;
  /** Told of every retry. */
  readonly note: (text: string) => void;
}

/** Milliseconds. */
export interface Timeouts {
  /** Until an answer begins; starts anew with every piece of the request's body. */
  readonly headers: number;
  /** Between two pieces of a body, of a request or of an answer. */
  readonly idle: number;
}

/** One request as it goes over the wire. */
export interface Exchange {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | ByteStream;
  /** Leave the body of a 2xx answer as a stream. */
  readonly stream?: boolean;
  /** Milliseconds, in place of `timeouts.headers`. */
  readonly patience?: number;
  /** Bytes that an answer may have that is read whole; {@link SHORT_ANSWER} by default. */
  readonly most?: number;
  /** Ends the request; its reason is a {@link Fault}. */
  readonly signal?: AbortSignal;
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

/** Of answers whose headers tell all, and of tokens: the longest have some KiB, for all the groups of a user. */
const SHORT_ANSWER = 1024 * 1024;
/** Each begins the wait for the answer anew (RFC 9110, 15.2: there may be any number). */
const MOST_INTERIM_ANSWERS = 20;
/** Of an error page, more is of no use. */
const LONGEST_ERROR = 64 * 1024;

/** Sends one request and reads the answer. Follows and repeats nothing. Throws {@link Fault}; what a lookup throws. */
export async function exchange(request: Exchange, wire: Wire): Promise<Answer> {
  const undici = await import('undici');
  const { body: sent, method } = request;
  const { idle } = wire.timeouts;
  const patience = request.patience ?? wire.timeouts.headers;
  const toFault = (error: unknown): Fault =>
    faultOf(error, { method, headers: patience, idle, isPassing: wire.isPassing });
  const isWhole = sent === undefined || sent instanceof Uint8Array;
  const out = isWhole ? undefined : watched(sent, idle);
  const interim = new AbortController();
  let seen = 0;
  const onInfo = (): void => {
    if (++seen > MOST_INTERIM_ANSWERS) interim.abort(new Fault('interim answers without end'));
  };
  try {
    const { statusCode, headers, body } = await undici.request(request.url, {
      dispatcher: wire.dispatcher,
      method,
      headers: { 'user-agent': 'chartlift', 'accept-encoding': 'identity', ...request.headers },
      body: isWhole ? (sent ?? null) : null,
      ...(out !== undefined && { body: asBody(out.body) }),
      signal: AbortSignal.any(
        [out?.signal, interim.signal, request.signal].filter((one) => one !== undefined),
      ),
      onInfo,
      headersTimeout: patience,
      bodyTimeout: idle,
    });
    const header = (name: string): string | undefined => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    };
    const ok = statusCode >= 200 && statusCode < 300;
    const head = { status: statusCode, url: request.url, header };
    if (ok && request.stream === true)
      return { ...head, bytes: new Uint8Array(), stream: atLeast(body, idle, toFault) };
    const most = ok ? (request.most ?? SHORT_ANSWER) : LONGEST_ERROR;
    const { bytes, isWhole: isAll } = await atMost(atLeast(body, idle), most);
    if (ok && !isAll) throw new Fault(`the answer has more than ${most} bytes`, false, 'answer');
    // Unpacked it might be any size, and it is of another digest.
    const encoding = header('content-encoding') ?? 'identity';
    if (encoding !== 'identity' && bytes.byteLength > 0)
      throw new Fault(
        `the answer has the Content-Encoding ${encoding}, which was not asked for`,
        false,
        'answer',
      );
    return { ...head, bytes };
  } catch (error) {
    // Of the lookup: a name that may not be connected to.
    if (error instanceof ChartError) throw error;
    throw toFault(error);
  } finally {
    out?.stop();
  }
}

/** undici takes any async iterable; its types know only of Node's own streams. */
function asBody(body: ByteStream): Readable {
  return body as Readable;
}
