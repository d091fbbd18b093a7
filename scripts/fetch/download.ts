import type { Dispatcher } from 'undici';
import { ChartError } from '../errors.ts';
import { ask, Refusal, type Limits } from './request.ts';
import { MOST_ATTEMPTS, pause, tooLong, type Waiting } from './retry.ts';
import { displayUrl, httpUrl, percentDecoded } from './source.ts';

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

/**
 * The bytes behind a URL, whole or not at all.
 *
 * Passing failures are repeated with a pause. Redirects are followed by hand:
 * never from https to http, and credentials of the URL go to its own origin only.
 *
 * @throws FETCH_URL when it is no http(s) URL, FETCH_NETWORK
 */
export async function download(url: string, network: Network): Promise<Uint8Array> {
  const start = httpUrl(url);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await follow(start, network);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const wait = error.passing ? pause(attempt, error.retryAfter, network.waiting) : undefined;
      if (wait === undefined) throw givenUp(start, attempt, error, network);
      const seconds = (wait / 1000).toFixed(1);
      network.note(
        `${displayUrl(start)}: ${error.message}; attempt ${attempt + 1} of ${MOST_ATTEMPTS} in ${seconds} s`,
      );
      await network.waiting.sleep(wait);
    }
  }
}

function givenUp(url: URL, attempt: number, error: Refusal, { waiting }: Network): ChartError {
  const tries = attempt > 1 ? ` (${attempt} attempts)` : '';
  const long = error.passing ? tooLong(error.retryAfter, waiting) : undefined;
  const hint = long === undefined ? error.hint : 'Try again after that time, or name a file by --from.';
  return new ChartError(
    'FETCH_NETWORK',
    `${displayUrl(url)}: ${error.message}${long === undefined ? '' : `; it ${long}`}${tries}`,
    { cause: error, ...(hint !== undefined && { hint }) },
  );
}

async function follow(start: URL, network: Network): Promise<Uint8Array> {
  const { dispatcher, limits } = network;
  const signal = AbortSignal.timeout(limits.total);
  const credentials = authorizationOf(start);
  let url = start;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const answer = await ask(url, {
      dispatcher,
      limits,
      signal,
      authorization: url.origin === start.origin ? credentials : undefined,
    });
    if (answer instanceof Uint8Array) return answer;
    if (url.protocol === 'https:' && answer.protocol === 'http:') {
      throw new Refusal(`redirects from https to ${displayUrl(answer)}, which is not followed`);
    }
    const leaves = answer.origin !== start.origin;
    network.note(
      `${displayUrl(url)} redirects to ${displayUrl(answer)}` +
        (leaves && credentials !== undefined ? '; the credentials are not sent there' : ''),
    );
    url = answer;
  }
  throw new Refusal(`more than ${MOST_REDIRECTS} redirects`);
}

/** The URL's credentials as a header, Basic as curl sends them. */
function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const pair = `${percentDecoded(username)}:${percentDecoded(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
