import { ChartError } from '../../errors.ts';
import { displayUrl } from '../../http/url.ts';
import { bareHost, isLoopback } from '../address.ts';
import { followable } from '../redirect.ts';

/** Who asks for a token, and for whom. */
export interface RealmOptions {
  /** The registry's own. */
  readonly origin: URL;
  /** http with any host was asked for. */
  readonly plainHttp: boolean;
  /** Whether a password goes there. */
  readonly withLogin: boolean;
  /** Hosts that the user names for it (`--token-host`). */
  readonly tokenHosts: readonly string[];
}

/**
 * The URL of a realm where tokens may be asked for. A registry names any it likes, so a password goes
 * only to a realm on the registry's own host or in its registrable domain, or on a host that the user
 * names (cf. GHSA-28r5-37g7-p6mp of oras-go, CVE-2026-48978): what is below a public suffix, such as
 * github.io, belongs to somebody else.
 *
 * @throws REGISTRY_REDIRECT
 */
export async function realmOf(text: string | undefined, options: RealmOptions): Promise<URL> {
  const { origin, plainHttp, withLogin, tokenHosts } = options;
  const named = (host: string): boolean => tokenHosts.includes(host);
  const realm = followable(text, origin, REALM, plainHttp, (url) => named(url.hostname));
  if (!withLogin || named(realm.hostname) || (await isOfSameOwner(realm.hostname, origin.hostname)))
    return realm;
  throw new ChartError(
    'REGISTRY_REDIRECT',
    `${displayUrl(origin)}: ${REALM} is ${displayUrl(realm)}, another host, which does not get the password of this one`,
    {
      hint: `${GITEA} If ${realm.hostname} may have it, say --token-host ${realm.hostname}.`,
    },
  );
}

const REALM = 'the token realm of its WWW-Authenticate';
/** Measured on 1.26. */
const GITEA =
  'In Gitea the realm is made of ROOT_URL, or of the Host and X-Forwarded-Proto that a proxy passes on: correct those.';

/** An error of asking a realm, with who named it: the user never wrote that address. */
export function ofRealm(error: unknown, origin: URL): unknown {
  if (!(error instanceof ChartError) || error.code !== 'REGISTRY_NETWORK') return error;
  return new ChartError(
    error.code,
    `${error.message}\n  ${displayUrl(origin)} names this address: it is ${REALM}`,
    {
      cause: error,
      hint: GITEA,
    },
  );
}

async function isOfSameOwner(realm: string, registry: string): Promise<boolean> {
  const [one, other] = [bareHost(realm), bareHost(registry)];
  if (one === other || (isLoopback(one) && isLoopback(other))) return true;
  // Loads the list of public suffixes, which few registries need.
  const { getDomain } = await import('tldts');
  const domainOf = (host: string): string | null => getDomain(host, { allowPrivateDomains: true });
  return domainOf(one) !== null && domainOf(one) === domainOf(other);
}
