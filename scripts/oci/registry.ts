import type { lookup as systemLookup } from 'node:dns';
import { isLoopback } from './address.ts';
import { findCredentials, type CredentialOptions } from './credentials.ts';
import { scopeOf } from './auth/token.ts';
import { createClient, DEFAULT_TIMEOUTS, type RegistryTimeouts } from './http.ts';
import { guardedLookup } from './lookup.ts';
import { getManifest, type FoundManifest } from './manifests.ts';
import { apiHost, type Reference } from '../recipe/reference.ts';
import { remoteStore, type RemoteStore } from './remote.ts';
import { REAL_WAITING, type Waiting } from '../http/retry.ts';

/** How a registry is reached. */
export interface RegistryOptions extends CredentialOptions {
  /** Without credentials, whatever is given or stored. */
  readonly anonymous?: boolean;
  /** Speak http with any host (`--plain-http`); with loopback hosts it is the default. */
  readonly plainHttp?: boolean;
  /** PEM file with further authorities (`--ca-file`); loopback hosts then speak https. */
  readonly caFile?: string;
  /** Hosts of token realms that may have the password (`--token-host`), beside the registry's own. */
  readonly tokenHosts?: readonly string[];
  /** Told of every retry. */
  readonly note?: (text: string) => void;
  readonly timeouts?: Partial<RegistryTimeouts>;
  readonly waiting?: Waiting;
  /** Looks names up; injected, so that tests need none that exist. */
  readonly lookup?: typeof systemLookup;
}

/** A repository of a registry, ready for use. */
export interface OpenRepository extends RemoteStore {
  /** Where the credentials came from; undefined without any. Never the credentials. */
  readonly credentialSource: string | undefined;
  /** See {@link Client.reach}; with what reading this repository needs. */
  reach(): Promise<void>;
  /**
   * A manifest of any of several repositories of this registry, which are read with one token.
   *
   * @throws what getManifest throws
   */
  manifest(
    name: { readonly repository: string; readonly reference: string },
    among: readonly string[],
  ): Promise<FoundManifest | undefined>;
  /** Another repository of the same registry, with the same connections and credentials. */
  sibling(repository: string): RemoteStore;
}

/** Whether a registry is spoken to by plain http: as was said, or on this machine without an authority of its own. */
export function speaksHttp(
  host: string,
  { plainHttp, caFile }: Pick<RegistryOptions, 'plainHttp' | 'caFile'>,
): boolean {
  return plainHttp === true || (caFile === undefined && isLoopback(new URL(`http://${host}`).hostname));
}

/**
 * Opens the repository that a reference names. Nothing is sent yet.
 *
 * @throws REGISTRY_CREDENTIALS, FILE_MISSING for the certificates
 */
export async function openRegistry(
  { registry, repository }: Reference,
  options: RegistryOptions,
): Promise<OpenRepository> {
  // Loads undici, which commands without a registry do not need.
  const { dispatcherFor } = await import('../http/dispatcher.ts');
  const { caFile, env, timeouts, tokenHosts, waiting = REAL_WAITING, note = () => {} } = options;
  const login = options.anonymous === true ? undefined : await findCredentials(registry, options);
  const host = apiHost(registry);
  const { hostname } = new URL(`http://${host}`);
  const client = createClient({
    origin: new URL(`${speaksHttp(host, options) ? 'http' : 'https'}://${host}/`),
    wire: {
      dispatcher: dispatcherFor({
        env,
        lookup: guardedLookup(hostname, options.lookup),
        ...(caFile !== undefined && { caFile }),
        // As Go, and so Helm: to a proxy it would be a host of its own, and be spoken to in clear. So
        // would be where it sends for tokens on this machine, by another name.
        ...(isLoopback(hostname) && { direct: `${hostname},127.0.0.1,localhost,.localhost` }),
      }),
      timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts },
      waiting,
      plainHttp: options.plainHttp === true,
      note,
    },
    ...(login && { login }),
    ...(tokenHosts && { tokenHosts }),
  });
  const open = (name: string): RemoteStore => remoteStore(client, name, `${registry}/${name}`);
  return {
    ...open(repository),
    credentialSource: login?.source,
    reach: () => client.reach([scopeOf(repository, 'pull')]),
    manifest: ({ repository: name, reference }, among) =>
      getManifest(
        client,
        name,
        reference,
        among.map((one) => scopeOf(one, 'pull')),
      ),
    sibling: open,
  };
}
