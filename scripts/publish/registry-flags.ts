import { text } from 'node:stream/consumers';
import type { Output } from '../io/output.ts';
import { openRegistry, type RegistryOptions } from '../oci/registry.ts';
import type { OpenRepository } from './images.ts';

/** The flags of every command that talks to a registry. */
export const REGISTRY_FLAGS = {
  username: { type: 'string', value: 'NAME', description: 'user of the registry; with --password-stdin' },
  'password-stdin': { type: 'boolean', description: 'read the password or token from standard input' },
  'plain-http': { type: 'boolean', description: 'speak http (the default for loopback hosts only)' },
  'ca-file': { type: 'string', value: 'FILE', description: 'PEM file with further certificate authorities' },
} as const;

/** Their values as parseArgs gives them. */
export interface RegistryFlagValues {
  readonly username?: string;
  readonly 'password-stdin'?: boolean;
  readonly 'plain-http'?: boolean;
  readonly 'ca-file'?: string;
}

/** Options for the registry that the user names; standard input is read at most once. */
export function registryOptions(
  flags: RegistryFlagValues,
  env: NodeJS.ProcessEnv,
  out: Output,
): RegistryOptions {
  let password: Promise<string> | undefined;
  const { username, 'ca-file': caFile } = flags;
  return {
    env,
    note: (message) => out.warn(message),
    plainHttp: flags['plain-http'] === true,
    ...(username !== undefined && { username }),
    ...(caFile !== undefined && { caFile }),
    ...(flags['password-stdin'] === true && { readPassword: () => (password ??= text(process.stdin)) }),
  };
}

/**
 * Opens repositories: of the host that the user named with all credentials and by plain http if
 * so said, of any other by https with those that are stored for it. Says once for each host where the credentials came from.
 *
 * @param host `HOST[:PORT]` that --registry names
 */
export function opener(host: string, options: RegistryOptions, out: Output): OpenRepository {
  const said = new Set<string>();
  return async (name) => {
    const own = name.registry === host;
    const store = await openRegistry(
      name,
      own ? options : { ...options, storedOnly: true, plainHttp: false },
    );
    if (!said.has(name.registry)) {
      said.add(name.registry);
      out.step(
        'registry',
        `${name.registry}, ${store.credentialSource === undefined ? 'without credentials' : `credentials from ${store.credentialSource}`}`,
      );
    }
    return store;
  };
}
