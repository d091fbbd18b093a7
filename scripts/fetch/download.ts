import { ChartError } from '../errors.ts';
import { Fault } from '../http/fault.ts';
import { basic, faultError, repeated, send } from '../http/request.ts';
import { isPassing, tooLong, type Waiting } from '../http/retry.ts';
import { displayUrl } from '../http/url.ts';
import type { Answer, Timeouts, Wire } from '../http/wire.ts';
import { httpUrl, percentDecoded } from './source.ts';

/** Limits of one download; times in milliseconds. */
export interface Limits extends Timeouts {
  /** For the whole of one attempt. */
  readonly total: number;
  /** Of the file, in bytes. */
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
  readonly dispatcher: Wire['dispatcher'];
  readonly waiting: Waiting;
  readonly limits: Limits;
  /** Told of every retry and redirect. */
  readonly note: (text: string) => void;
}

/** Errors of the connection that a second attempt may not meet; after a timeout the next source is asked. */
const PASSING: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'UND_ERR_SOCKET']);

const HINTS = {
  signer:
    'Where a proxy or server of your own signs itself, set NODE_EXTRA_CA_CERTS=/path/to/ca.pem to its authority.',
} as const;
/** The server is there, but not the file, or not for everybody. */
const WRONG_ADDRESS: ReadonlySet<number> = new Set([401, 403, 404, 410]);
const ADDRESS_HINT =
  'The server is there, but does not give this file: check upstream.version and upstream.url in recipe.yaml, or --from.';
const REDIRECT_HINT =
  'The server names that address, not recipe.yaml: open the URL and look, or name a file by --from.';

const HEADERS = { accept: 'application/yaml, text/plain, */*;q=0.5' } as const;

/**
 * The bytes behind a URL, whole or not at all.
 *
 * Passing failures are repeated with a pause. Redirects are followed by hand:
 * never from https to http, and credentials of the URL go to its own origin only.
 *
 * @throws FETCH_URL when it is no http(s) URL, FETCH_NETWORK
 */
export async function download(text: string, network: Network): Promise<Uint8Array> {
  const url = httpUrl(text);
  const authorization = authorizationOf(url);
  [url.username, url.password] = ['', ''];
  const { limits } = network;
  const isSent = authorization !== undefined;
  const wire: Wire = { ...network, timeouts: limits, isPassing: (code) => PASSING.has(code) };
  const { outcome, attempts } = await repeated(url, wire, async () => {
    const total = new AbortController();
    const end = (): void => total.abort(new Fault(`not complete within ${limits.total / 1000} s`));
    const timer = setTimeout(end, limits.total);
    const request = {
      method: 'GET',
      url,
      headers: HEADERS,
      most: limits.bytes,
      signal: total.signal,
    } as const;
    try {
      return await send(request, authorization, wire, (location, from) => {
        const target = follow(location, from, url);
        const leaves = isSent && target.origin !== url.origin;
        network.note(
          `${displayUrl(from)} redirects to ${displayUrl(target)}${leaves ? '; the credentials are not sent there' : ''}`,
        );
        return target;
      });
    } finally {
      clearTimeout(timer);
    }
  });
  if (outcome instanceof Fault) throw faultError('FETCH_NETWORK', url, outcome, attempts, HINTS);
  refuseOther(outcome, url, attempts, network);
  return outcome.bytes;
}

/** Where a redirect leads. Throws FETCH_NETWORK, FETCH_URL. */
function follow(location: string | undefined, from: URL, start: URL): URL {
  const refusal = (reason: string): ChartError => refused(start, reason, REDIRECT_HINT);
  if (location === undefined) throw refusal('redirects without saying where to');
  if (!URL.canParse(location, from.href)) throw refusal('redirects to what is no URL');
  const { protocol } = new URL(location, from);
  if (!['http:', 'https:'].includes(protocol))
    throw refusal(`redirects to ${protocol}, which is not followed`);
  const target = httpUrl(location, from);
  [target.username, target.password] = ['', ''];
  if (from.protocol === 'https:' && protocol === 'http:')
    throw refusal(`redirects from https to ${displayUrl(target)}, which is not followed`);
  return target;
}

/** Refuses an answer that is not the file. */
function refuseOther({ status, header }: Answer, url: URL, attempts: number, { waiting }: Network): void {
  if (status === 200) {
    if (!/^\s*text\/html\b/i.test(header('content-type') ?? '')) return;
    throw refused(url, 'answered with HTML instead of YAML');
  }
  const long = isPassing(status) ? tooLong(header('retry-after'), waiting) : undefined;
  if (long !== undefined)
    throw refused(
      url,
      `answered ${status}; it ${long}`,
      'Try again after that time, or name a file by --from.',
    );
  const tries = attempts > 1 ? ` (${attempts} attempts)` : '';
  throw refused(url, `answered ${status}${tries}`, WRONG_ADDRESS.has(status) ? ADDRESS_HINT : undefined);
}

function refused(url: URL, reason: string, hint?: string): ChartError {
  return new ChartError('FETCH_NETWORK', `${displayUrl(url)}: ${reason}`, hint === undefined ? {} : { hint });
}

/** The URL's credentials as a header, Basic as curl sends them. */
function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return basic(percentDecoded(username), percentDecoded(password));
}
