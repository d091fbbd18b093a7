import { isLoopback } from './address.ts';
import type { Reference } from '../recipe/reference.ts';
import { openRegistry, type OpenRepository, type RegistryOptions } from './registry.ts';
import type { ContentStore } from './store.ts';

/** A repository of a registry. */
export type RepositoryName = Pick<Reference, 'registry' | 'repository'>;

/** Opens repositories: the port through which images and charts reach a registry. */
export type Opener = (name: RepositoryName) => Promise<ContentStore>;

/** Said once for each registry that is asked. */
export interface RegistryEvent {
  readonly event: 'registry';
  readonly registry: string;
  /** Where its credentials came from; undefined without any. */
  readonly credentials: string | undefined;
}

/** Milliseconds: nobody waits long for the answer to a question on which nothing depends. */
const SHORT = { headers: 10_000, idle: 10_000 };

/**
 * Opens repositories as somebody without credentials, who reaches them as {@link opener} does.
 *
 * @param host `HOST[:PORT]` that the user named
 */
export function anonymousOpener(host: string, options: RegistryOptions): Opener {
  return (name) =>
    openRegistry(name, { ...optionsFor(name.registry, host, options), anonymous: true, timeouts: SHORT });
}

function optionsFor(registry: string, host: string, options: RegistryOptions): RegistryOptions {
  return registry === host ? options : foreign(options, registry);
}

/**
 * For a host that the user did not name: only what is stored for it, and never in clear because
 * another registry is plain. Further authorities are trust that is added, and make no loopback
 * host speak https.
 */
function foreign(
  { env, note, caFile, tokenHosts: hosts = [] }: RegistryOptions,
  host: string,
): RegistryOptions {
  return {
    env,
    tokenHosts: hosts,
    storedOnly: true,
    plainHttp: isLoopback(new URL(`http://${host}`).hostname),
    ...(note !== undefined && { note }),
    ...(caFile !== undefined && { caFile }),
  };
}

/**
 * Opens repositories: of the host that the user named with all flags and credentials, of any
 * other with what is stored for it. Says once for each host where the credentials came from, and
 * asks once whether it is there, so that one that is not is said once, whatever is to be done there.
 *
 * @param host `HOST[:PORT]` that the user named
 */
export function opener(
  host: string,
  options: RegistryOptions,
  tell: (event: RegistryEvent) => void,
): (name: RepositoryName) => Promise<OpenRepository> {
  const reached = new Map<string, Promise<void>>();
  return async (name) => {
    const store = await openRegistry(name, optionsFor(name.registry, host, options));
    const reach = (): Promise<void> => {
      tell({ event: 'registry', registry: name.registry, credentials: store.credentialSource });
      return store.reach();
    };
    const reaching = reached.get(name.registry) ?? reach();
    reached.set(name.registry, reaching);
    await reaching;
    return store;
  };
}
