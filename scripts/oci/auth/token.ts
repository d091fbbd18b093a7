import { ChartError } from '../../errors.ts';
import { basic } from '../../http/request.ts';
import { displayUrl } from '../../http/url.ts';
import { registerSecret } from '../../secrets/secrets.ts';
import type { Challenge } from './challenges.ts';
import { ofRealm, realmOf } from './realm.ts';

/** A user's name and password (or token) for one registry. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** Repositories and what is to be done there: `repository:infra/chart:pull,push`. */
export type Scopes = readonly string[];

/** The scope of reading, or of reading and writing, a repository (distribution's token/scope.md). */
export function scopeOf(repository: string, actions: 'pull' | 'pull,push'): string {
  return `repository:${repository}:${actions}`;
}

/** Gives the credentials for requests to one registry. */
export interface Authorizer {
  /** The Authorization header for these scopes; undefined while none was asked for. */
  header(scopes: Scopes): Promise<string | undefined>;
  /**
   * Takes a 401: what was asked for, and that `sent` was not good enough. False when
   * another attempt would be the same.
   */
  refused(challenges: readonly Challenge[], sent: string | undefined, scopes: Scopes): Promise<boolean>;
}

/** What an authorizer needs. */
export interface AuthorizerOptions {
  readonly login: Login | undefined;
  /** The registry's own origin: only its challenges are answered. */
  readonly origin: URL;
  /** Its realm may be http on any host. */
  readonly plainHttp: boolean;
  /** Hosts of realms that may have the login, beside the registry's own. */
  readonly tokenHosts: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Gets a token's JSON, with the Authorization header for the realm's origin only. */
  readonly get: (url: URL, authorization: string | undefined) => Promise<TokenAnswer>;
  /** Told of a realm that cannot be reached, where it can be gone around. */
  readonly note: (text: string) => void;
}

interface BearerScheme {
  readonly kind: 'bearer';
  readonly realm: URL;
  readonly service: string | undefined;
  /** Basic was offered as well, and there is a login for it. */
  readonly orBasic: boolean;
}

type Scheme = BearerScheme | { readonly kind: 'basic' };

interface Token {
  readonly header: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** A token without `expires_in` lives 60 s (distribution's token/jwt.md); Gitea's has none. */
const SHORTEST_LIFE_S = 60;
/** Not used for a request that could arrive after the end. */
const MARGIN_MS = 10_000;

/** Bearer tokens per scope, anonymous without a login, or Basic: as the registry asks. */
export function authorizer(options: AuthorizerOptions): Authorizer {
  const { login, now } = options;
  const tokens = new Map<string, Promise<Token>>();
  let scheme: Scheme | undefined;
  let realmInReach = true;
  const known = async (key: string): Promise<Token | undefined> => tokens.get(key)?.catch(() => undefined);
  const bearerHeader = async (bearer: BearerScheme, scopes: Scopes): Promise<string> => {
    const key = scopes.join(' ');
    const before = tokens.get(key);
    const token = await known(key);
    if (token !== undefined && token.until > now()) return token.header;
    // Several requests may have waited for the same expired token: one asks anew for all.
    if (tokens.get(key) === before) tokens.delete(key);
    const promise = tokens.get(key) ?? requestToken(bearer, scopes, options);
    tokens.set(key, promise);
    return (await promise).header;
  };
  return {
    header: async (scopes) => {
      const asked = scheme;
      try {
        if (asked?.kind === 'bearer') return await bearerHeader(asked, scopes);
      } catch (error) {
        const isNetwork = error instanceof ChartError && error.code === 'REGISTRY_NETWORK';
        if (asked?.kind !== 'bearer' || !asked.orBasic || !isNetwork) throw error;
        if (realmInReach) options.note(`${error.message}; going on by name and password. ${error.hint}`);
        realmInReach = false;
        scheme = { kind: 'basic' };
      }
      return scheme && login && basicHeader(login);
    },
    refused: async (challenges, sent, scopes) => {
      scheme = (await chooseScheme(challenges, realmInReach, options)) ?? scheme;
      if (scheme === undefined || (scheme.kind === 'basic' && sent?.startsWith('Basic ') === true))
        return false;
      const key = scopes.join(' ');
      if ((await known(key))?.header === sent) tokens.delete(key);
      return true;
    },
  };
}

/** `Basic` with what RFC 7617 makes of a login; the pair is a secret from now on. */
function basicHeader({ username, password }: Login): string {
  registerSecret(`${username}:${password}`);
  return basic(username, password);
}

/**
 * Bearer if its realm can be asked, or else Basic if there is a login. A Gitea behind a proxy may
 * have a realm that only it can reach (ROOT_URL), but it takes Basic as well.
 *
 * @throws REGISTRY_REDIRECT for a realm that may not be asked. It is not gone around: Helm, which
 * pulls what was published, would ask there with the password
 */
async function chooseScheme(
  challenges: readonly Challenge[],
  realmInReach: boolean,
  { origin, plainHttp, tokenHosts, login }: AuthorizerOptions,
): Promise<Scheme | undefined> {
  const withLogin = login !== undefined;
  const orBasic = withLogin && challenges.some(({ scheme }) => scheme === 'basic');
  const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'));
  if (orBasic && (bearer === undefined || !realmInReach)) return { kind: 'basic' };
  if (bearer === undefined) return undefined;
  const options = { origin, plainHttp, withLogin, tokenHosts };
  const realm = await realmOf(bearer.parameters.get('realm'), options);
  return { kind: 'bearer', realm, service: bearer.parameters.get('service'), orBasic };
}

async function requestToken(
  { realm, service }: BearerScheme,
  scopes: Scopes,
  { login, now, get, origin }: AuthorizerOptions,
): Promise<Token> {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  const asked = now();
  const answer = await get(url, login && basicHeader(login)).catch((error: unknown) => {
    throw ofRealm(error, origin);
  });
  const token = answer.token || answer.access_token;
  // One that a header cannot hold would end in an error of the HTTP library with the token in it.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw new ChartError('REGISTRY_ANSWER', `${displayUrl(url)}: the answer holds no token`);
  }
  registerSecret(token);
  const seconds = typeof answer.expires_in === 'object' ? 0 : Number(answer.expires_in);
  const life = Math.max(Number.isFinite(seconds) ? seconds : 0, SHORTEST_LIFE_S);
  return { header: `Bearer ${token}`, until: asked + life * 1000 - MARGIN_MS };
}

/** distribution's token/jwt.md: `access_token` is a second name of `token`. */
export interface TokenAnswer {
  readonly token?: unknown;
  readonly access_token?: unknown;
  readonly expires_in?: unknown;
}
