import type { lookup as systemLookup } from 'node:dns';
import { setTimeout as sleep } from 'node:timers/promises';
import { isLoopback } from './address.ts';
import { findCredentials, type CredentialOptions } from './credentials.ts';
import { createClient } from './http.ts';
import { guardedLookup } from './lookup.ts';
import { apiHost, type Reference } from './reference.ts';
import { remoteStore, type RemoteStore } from './remote.ts';
import { DEFAULT_TIMEOUTS, type Timeouts } from './wire.ts';
import type { Waiting } from '../fetch/retry.ts';

/** How a registry is reached. */
export interface RegistryOptions extends CredentialOptions {
  /** Speak http with any host (`--plain-http`); with loopback hosts it is the default. */
  readonly plainHttp?: boolean;
  /** PEM file with further authorities (`--ca-file`); loopback hosts then speak https. */
  readonly caFile?: string;
  /** Told of every retry. */
  readonly note?: (text: string) => void;
  readonly timeouts?: Partial<Timeouts>;
  readonly waiting?: Waiting;
  /** Looks names up; injected, so that tests need none that exist. */
  readonly lookup?: typeof systemLookup;
}

/** A repository of a registry, ready for use. */
export interface OpenRepository extends RemoteStore {
  /** Where the credentials came from; undefined without any. Never the credentials. */
  readonly credentialSource: string | undefined;
  /** Another repository of the same registry, with the same connections and credentials. */
  sibling(repository: string): RemoteStore;
}

const REAL_WAITING: Waiting = { now: Date.now, random: Math.random, sleep: (ms) => sleep(ms) };

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
  const { dispatcherFor } = await import('../io/dispatcher.ts');
  const { caFile, env, timeouts, waiting = REAL_WAITING, note = () => {} } = options;
  const login = await findCredentials(registry, options);
  const host = apiHost(registry);
  const { hostname } = new URL(`http://${host}`);
  const client = createClient({
    origin: new URL(`${speaksHttp(host, options) ? 'http' : 'https'}://${host}/`),
    wire: {
      dispatcher: dispatcherFor({
        env,
        lookup: guardedLookup(hostname, options.lookup),
        ...(caFile !== undefined && { caFile }),
        // As Go, and so Helm: to a proxy it would be a host of its own, and be spoken to in clear.
        ...(isLoopback(hostname) && { direct: hostname }),
      }),
      timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts },
      waiting,
      plainHttp: options.plainHttp === true,
      note,
    },
    ...(login && { login }),
  });
  const open = (name: string): RemoteStore => remoteStore(client, name, `${registry}/${name}`);
  return { ...open(repository), credentialSource: login?.source, sibling: open };
}
