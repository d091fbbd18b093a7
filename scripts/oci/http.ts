import { ChartError } from '../errors.ts';
import { isPassing, MOST_ATTEMPTS, pause } from '../fetch/retry.ts';
import { displayUrl } from '../fetch/source.ts';
import { parseChallenges } from './auth/challenges.ts';
import { authorizer, type Authorizer, type Login, type Scopes } from './auth/token.ts';
import { followable } from './redirect.ts';
import { refusal } from './refusal.ts';
import type { ByteStream } from './store.ts';
import { Fault } from './fault.ts';
import { exchange, type Answer, type Exchange, type Wire } from './wire.ts';

/** One step of the protocol. */
export interface Call extends Omit<Exchange, 'headers' | 'body'> {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | (() => ByteStream);
  readonly scopes: Scopes;
  /** The statuses that are answers; any other is an error. */
  readonly expect: readonly number[];
  /** The repository that is written to, for the message. */
  readonly writes?: string;
  /** Awaited each time right before the request leaves, behind all pauses and tokens; what it throws ends the call. */
  readonly before?: () => Promise<void>;
}

/** Requests to one registry: authorized, repeated, redirected. */
export interface Client {
  /** `https://HOST/`. */
  readonly origin: URL;
  readonly wire: Wire;
  /**
   * Sends until there is an answer: passing failures are repeated with a pause.
   *
   * @throws REGISTRY_NETWORK, REGISTRY_DENIED, REGISTRY_ANSWER, REGISTRY_REDIRECT
   */
  send(call: Call): Promise<Answer>;
  /**
   * Sends once (and once more after a 401); for bodies that are streams.
   *
   * @throws Fault when there is no answer; else as `send`, but leaves every status to the caller
   */
  sendOnce(call: Omit<Call, 'expect'>): Promise<Answer>;
  /** An unexpected answer to a call as an error. */
  refusal(answer: Answer, call: Omit<Call, 'expect'>): ChartError;
}

export interface ClientOptions {
  readonly origin: URL;
  readonly wire: Wire;
  /** With the name of where it came from, for messages. */
  readonly login?: Login & { readonly source: string };
}

const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** A client of the registry behind `origin`. Nothing is sent yet. */
export function createClient({ origin, wire, login }: ClientOptions): Client {
  const auth = authorizer({
    login,
    origin,
    plainHttp: wire.plainHttp,
    now: wire.waiting.now,
    get: (url, authorization) => getToken(url, authorization, login?.source, wire),
  });
  const toError = (answer: Answer, call: Omit<Call, 'expect'>): ChartError =>
    refusal(answer, { ...call, login: login?.source });
  const sendOnce: Client['sendOnce'] = (call) => authorized(call, auth, origin, wire);
  return {
    origin,
    wire,
    refusal: toError,
    sendOnce,
    send: async (call) => {
      const answer = await repeated(call.url, wire, () => sendOnce(call));
      if (call.expect.includes(answer.status)) return answer;
      throw toError(answer, call);
    },
  };
}

/** A fault that was final, as an error. */
export function networkError(url: URL, fault: Fault, attempts = 1): ChartError {
  const tries = attempts > 1 ? ` (${attempts} attempts)` : '';
  return new ChartError('REGISTRY_NETWORK', `${displayUrl(url)}: ${fault.message}${tries}`, {
    cause: fault,
    ...(fault.hint !== undefined && { hint: fault.hint }),
  });
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

async function repeated(url: URL, wire: Wire, action: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await action().catch((error: unknown) => {
      if (error instanceof Fault) return error;
      throw error;
    });
    if (await waitFor(attempt, outcome, url, wire)) continue;
    if (outcome instanceof Fault) throw networkError(url, outcome, attempt);
    return outcome;
  }
}

/** Sends with the credentials that the registry wants; a 401 is taken up once. */
async function authorized(
  call: Omit<Call, 'expect'>,
  auth: Authorizer,
  origin: URL,
  wire: Wire,
): Promise<Answer> {
  const attempt = async (): Promise<readonly [Answer, string | undefined]> => {
    const header = call.url.origin === origin.origin ? await auth.header(call.scopes) : undefined;
    await call.before?.();
    return [await redirected(call, header, wire), header];
  };
  const [answer, sent] = await attempt();
  // Another origin's challenge is not answered: it could be after the credentials (CVE-2020-15157).
  if (answer.status !== 401 || answer.url.origin !== origin.origin) return answer;
  const challenges = parseChallenges(answer.header('www-authenticate') ?? '');
  if (!(await auth.refused(challenges, sent, call.scopes))) return answer;
  const [second] = await attempt();
  return second;
}

/** Follows redirects; the credentials stay at the origin of the first URL. */
async function redirected(
  call: Omit<Call, 'expect' | 'scopes'>,
  authorization: string | undefined,
  wire: Wire,
): Promise<Answer> {
  const { headers, body, ...rest } = call;
  let { url } = call;
  let stayed = true;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const request: Exchange = {
      ...rest,
      url,
      headers: { ...headers, ...(stayed && authorization !== undefined && { authorization }) },
      ...(body !== undefined && { body: typeof body === 'function' ? body() : body }),
    };
    const answer = await exchange(request, wire).catch((error: unknown) => {
      if (hop === 0 || !(error instanceof Fault)) throw error;
      throw new Fault(
        `redirected to ${displayUrl(request.url)}: ${error.message}`,
        error.passing,
        error,
        error.hint,
      );
    });
    if (!REDIRECTS.has(answer.status) || !mayFollow(call.method, answer.status))
      return { ...answer, withCredentials: 'authorization' in request.headers };
    const target = followable(answer.header('location'), url, 'the redirect', wire.plainHttp);
    // Once the chain has left, nothing that comes back to the origin is trusted either.
    stayed = stayed && target.origin === call.url.origin;
    url = target;
  }
  throw new ChartError('REGISTRY_REDIRECT', `${displayUrl(call.url)}: more than ${MOST_REDIRECTS} redirects`);
}

/** Only 307 and 308 keep method and body (RFC 9110, 15.4). */
function mayFollow(method: Call['method'], status: number): boolean {
  return method === 'GET' || method === 'HEAD' || status === 307 || status === 308;
}

async function getToken(
  url: URL,
  authorization: string | undefined,
  login: string | undefined,
  wire: Wire,
): Promise<unknown> {
  const call = { method: 'GET', url, headers: { accept: 'application/json' } } as const;
  const answer = await repeated(url, wire, () => redirected(call, authorization, wire));
  if (answer.status !== 200) throw refusal(answer, { ...call, login });
  try {
    return JSON.parse(new TextDecoder().decode(answer.bytes));
  } catch {
    // No cause: the parser quotes the text, and that may be the token.
    throw new ChartError(
      'REGISTRY_ANSWER',
      `${displayUrl(url)}: the answer is not JSON, so it holds no token`,
    );
  }
}
