import { messageOf } from '../errors.ts';
import type { Exchange, Timeouts } from './wire.ts';

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

/** What the network or the HTTP library threw, as a fault. */
export function faultOf(error: unknown, { method, patience }: Exchange, timeouts: Timeouts): Fault {
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
