import { ChartError } from '../errors.ts';
import { Fault } from '../http/fault.ts';
import { faultError, repeated, send, type Request } from '../http/request.ts';
import { isPassing } from '../http/retry.ts';
import { displayUrl } from '../http/url.ts';
import type { Answer, Timeouts, Wire } from '../http/wire.ts';
import { parseChallenges } from './auth/challenges.ts';
import { authorizer, type Authorizer, type Login, type Scopes, type TokenAnswer } from './auth/token.ts';
import { jsonObject } from './json.ts';
import { followable } from './redirect.ts';
import { refusal } from './refusal.ts';

/** The door to the network; injected, so that tests neither wait nor leave the machine. */
export interface RegistryWire extends Wire {
  readonly timeouts: RegistryTimeouts;
  /** http with any host was asked for, not only with the loopback. */
  readonly plainHttp: boolean;
}

/** Milliseconds. */
export interface RegistryTimeouts extends Timeouts {
  /** Until the answer to a blob's last byte begins: the registry may store all of it first. */
  readonly commit: number;
}

export const DEFAULT_TIMEOUTS: RegistryTimeouts = { headers: 60_000, idle: 60_000, commit: 600_000 };

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
const mayPass: Wire['isPassing'] = (code, method) =>
  PASSING.has(code) || (code === 'UND_ERR_HEADERS_TIMEOUT' && (method === 'GET' || method === 'HEAD'));

const HINTS = {
  signer: 'If the registry has a certificate of your own authority, name its PEM file by --ca-file.',
  'no-tls': 'The server does not speak TLS; if it is meant to be plain http, give --plain-http.',
  answer: 'A registry does not send that: check host, port and any proxy.',
} as const;

const CODES = { answer: 'REGISTRY_ANSWER', redirects: 'REGISTRY_REDIRECT' } as const;

/** One step of the protocol. */
export interface Call extends Request {
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
  readonly wire: RegistryWire;
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
  /**
   * Asks whether a registry is there at all, with the credentials that it wants. Any answer but a
   * passing failure is one: what it allows, it says where it is asked for it.
   *
   * @throws as `send`, and for a token that cannot be had
   */
  reach(scopes: Scopes): Promise<void>;
  /** An unexpected answer to a call as an error. */
  refusal(answer: Answer, call: Omit<Call, 'expect'>): ChartError;
}

export interface ClientOptions {
  readonly origin: URL;
  readonly wire: Omit<RegistryWire, 'isPassing'>;
  /** With the name of where it came from, for messages. */
  readonly login?: Login & { readonly source: string };
  /** Hosts of token realms that may have it, beside the registry's own. */
  readonly tokenHosts?: readonly string[];
}

/** A client of the registry behind `origin`. Nothing is sent yet. */
export function createClient({ origin, wire: door, login, tokenHosts = [] }: ClientOptions): Client {
  const wire = { ...door, isPassing: mayPass };
  const auth = authorizer({
    login,
    origin,
    plainHttp: wire.plainHttp,
    tokenHosts,
    note: wire.note,
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
    reach: async (scopes) => {
      const call = { method: 'GET', url: new URL('/v2/', origin), scopes } as const;
      const answer = await answered(call.url, wire, () => sendOnce(call));
      if (isPassing(answer.status)) throw toError(answer, call);
    },
    send: async (call) => {
      const answer = await answered(call.url, wire, () => sendOnce(call));
      if (call.expect.includes(answer.status)) return answer;
      throw toError(answer, call);
    },
  };
}

/** A fault that was final, as an error. */
export function networkError(url: URL, fault: Fault, attempts = 1): ChartError {
  const { trouble } = fault;
  const code = trouble === 'answer' || trouble === 'redirects' ? CODES[trouble] : 'REGISTRY_NETWORK';
  return faultError(code, url, fault, attempts, HINTS);
}

async function answered(url: URL, wire: Wire, action: () => Promise<Answer>): Promise<Answer> {
  const { outcome, attempts } = await repeated(url, wire, action);
  if (outcome instanceof Fault) throw networkError(url, outcome, attempts);
  return outcome;
}

/** Sends with the credentials that the registry wants; a 401 is taken up once. */
async function authorized(
  call: Omit<Call, 'expect'>,
  auth: Authorizer,
  origin: URL,
  wire: RegistryWire,
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

/** Follows redirects where a registry may lead to. */
function redirected(
  request: Request,
  authorization: string | undefined,
  wire: RegistryWire,
): Promise<Answer> {
  return send(request, authorization, wire, (location, from) =>
    followable(location, from, 'the redirect', wire.plainHttp),
  );
}

async function getToken(
  url: URL,
  authorization: string | undefined,
  login: string | undefined,
  wire: RegistryWire,
): Promise<TokenAnswer> {
  const call = { method: 'GET', url, headers: { accept: 'application/json' } } as const;
  const answer = await answered(url, wire, () => redirected(call, authorization, wire));
  if (answer.status !== 200) throw refusal(answer, { ...call, login });
  return jsonObject(
    answer.bytes,
    (reason) =>
      new ChartError('REGISTRY_ANSWER', `${displayUrl(url)}: the answer ${reason}, so it holds no token`),
  );
}
