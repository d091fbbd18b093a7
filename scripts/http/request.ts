import { ChartError } from '../errors.ts';
import type { ByteStream } from '../io/byte-stream.ts';
import { Fault, type Trouble } from './fault.ts';
import { isPassing, MOST_ATTEMPTS, pause } from './retry.ts';
import { displayUrl } from './url.ts';
import { exchange, type Answer, type Exchange, type Wire } from './wire.ts';

/** A request that may be sent more than once. */
export interface Request extends Omit<Exchange, 'headers' | 'body'> {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | (() => ByteStream);
}

/** An answer, or why there is none, and after how many attempts. */
export interface Outcome {
  readonly outcome: Answer | Fault;
  readonly attempts: number;
}

const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a request and follows where it is sent. The credentials stay at the origin of the first URL:
 * once the chain has left, nothing that comes back is trusted either.
 *
 * @param authorization the Authorization header
 * @param follow where a Location leads; what it throws ends the request
 * @throws Fault; what `follow` throws
 */
export async function send(
  request: Request,
  authorization: string | undefined,
  wire: Wire,
  follow: (location: string | undefined, from: URL) => URL,
): Promise<Answer> {
  const { headers, body, ...rest } = request;
  let { url } = request;
  let stayed = true;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const one: Exchange = {
      ...rest,
      url,
      headers: { ...headers, ...(stayed && authorization !== undefined && { authorization }) },
      ...(body !== undefined && { body: typeof body === 'function' ? body() : body }),
    };
    const answer = await exchange(one, wire).catch((error: unknown) => {
      if (hop === 0 || !(error instanceof Fault)) throw error;
      const { message, passing, trouble } = error;
      throw new Fault(`redirected to ${displayUrl(one.url)}: ${message}`, passing, trouble, error);
    });
    if (!REDIRECTS.has(answer.status) || !mayFollow(request.method, answer.status))
      return { ...answer, withCredentials: 'authorization' in one.headers };
    const target = follow(answer.header('location'), url);
    stayed = stayed && target.origin === request.url.origin;
    url = target;
  }
  throw new Fault(`more than ${MOST_REDIRECTS} redirects`, false, 'redirects');
}

/** Only 307 and 308 keep method and body (RFC 9110, 15.4). */
function mayFollow(method: Exchange['method'], status: number): boolean {
  return method === 'GET' || method === 'HEAD' || status === 307 || status === 308;
}

/** Repeats what passes, with a pause before each attempt. Throws what `action` throws, but for a Fault. */
export async function repeated(url: URL, wire: Wire, action: () => Promise<Answer>): Promise<Outcome> {
  for (let attempts = 1; ; attempts++) {
    const outcome = await action().catch((error: unknown) => {
      if (error instanceof Fault) return error;
      throw error;
    });
    if (!(await waitFor(attempts, outcome, url, wire))) return { outcome, attempts };
  }
}

/** Waits as the answer or the rule says, if there is to be another attempt. */
export async function waitFor(
  attempt: number,
  outcome: Answer | Fault,
  url: URL,
  { waiting, note }: Wire,
): Promise<boolean> {
  const fault = outcome instanceof Fault;
  if (fault ? !outcome.passing : !isPassing(outcome.status)) return false;
  const wait = pause(attempt, fault ? undefined : outcome.header('retry-after'), waiting);
  if (wait === undefined) return false;
  const reason = fault ? outcome.message : `answered ${outcome.status}`;
  note(
    `${displayUrl(url)}: ${reason}; attempt ${attempt + 1} of ${MOST_ATTEMPTS} in ${(wait / 1000).toFixed(1)} s`,
  );
  await waiting.sleep(wait);
  return true;
}

/** The value of an Authorization header. */
export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** A fault that was final, as an error of the one who asked. */
export function faultError(
  code: ChartError['code'],
  url: URL,
  fault: Fault,
  attempts: number,
  hints: Readonly<Partial<Record<Trouble, string>>>,
): ChartError {
  const tries = attempts > 1 ? ` (${attempts} attempts)` : '';
  const hint = fault.trouble && hints[fault.trouble];
  return new ChartError(code, `${displayUrl(url)}: ${fault.message}${tries}`, {
    cause: fault,
    ...(hint !== undefined && { hint }),
  });
}
