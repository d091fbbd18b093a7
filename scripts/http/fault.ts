import { messageOf } from '../errors.ts';

/** What is wrong, where somebody can say what to do about it. */
export type Trouble =
  /** Nobody knows who signed the server's certificate. */
  | 'signer'
  /** The server speaks something else than TLS. */
  | 'no-tls'
  /** An answer that cannot be what was asked for. */
  | 'answer'
  | 'redirects';

/** A request that got no answer, or half of one, or one that cannot be used. */
export class Fault extends Error {
  /** Whether another attempt may do better. */
  readonly passing: boolean;
  readonly trouble: Trouble | undefined;

  constructor(message: string, passing = false, trouble?: Trouble, cause?: unknown) {
    super(message, { cause });
    this.passing = passing;
    this.trouble = trouble;
  }
}

const UNKNOWN_SIGNER: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** What was asked, how long was waited in milliseconds, and what may pass. */
interface Waited {
  readonly method: string;
  /** Until the answer began. */
  readonly headers: number;
  /** Between two pieces of a body. */
  readonly idle: number;
  readonly isPassing: (code: string, method: string) => boolean;
}

/** What the network or the HTTP library threw, as a fault. */
export function faultOf(error: unknown, { method, headers, idle, isPassing }: Waited): Fault {
  if (error instanceof Fault) return error;
  const code = codeOf(error);
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nothing listens there',
    ENOTFOUND: 'there is no host of this name',
    UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
    UND_ERR_HEADERS_TIMEOUT: `no answer within ${headers / 1000} s`,
    UND_ERR_BODY_TIMEOUT: `the answer stalled for ${idle / 1000} s`,
    UND_ERR_SOCKET: 'the connection was closed in the middle',
  };
  const text = words[code] ?? (messageOf(error) || 'no connection');
  const noTls = /wrong version number|packet length too long/i.test(text);
  const trouble = UNKNOWN_SIGNER.has(code) ? 'signer' : noTls ? 'no-tls' : undefined;
  return new Fault(code === '' ? text : `${text} (${code})`, isPassing(code, method), trouble, error);
}

/** The code of a network error: its own, that of the first of several, or its cause's. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code, errors } = error as { readonly code?: unknown; readonly errors?: readonly unknown[] };
  return typeof code === 'string' ? code : codeOf(errors?.[0] ?? error.cause);
}
