import { text } from 'node:stream/consumers';
import { ChartError } from '../errors.ts';
import type { Output } from '../io/output.ts';
import { isLoopback } from '../oci/address.ts';
import { openRegistry, type RegistryOptions } from '../oci/registry.ts';
import type { OpenRepository, PinnedImage } from './images.ts';

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

/** Which host the flags are for, and how it is reached. */
interface Source {
  readonly host: string;
  readonly options: RegistryOptions;
}

/**
 * The host of the images that the flags of a command that only reads are for: `--from`, or the
 * only one there is. Without `--from` the environment's credentials stay out of it: they are
 * for where one publishes.
 *
 * @throws USAGE when no image is at `--from`, or when it is not clear which host is meant
 */
export function sourceOf(
  flags: RegistryFlagValues & { readonly from?: string },
  images: readonly PinnedImage[],
  options: RegistryOptions,
): Source {
  const hosts = [...new Set(images.map(({ from }) => from.registry))];
  const from = flags.from?.toLowerCase();
  const there = `the images are at ${hosts.join(', ')}`;
  if (from !== undefined && !hosts.includes(from))
    throw new ChartError('USAGE', `--from ${from} has none of the images`, {
      hint: `Name a host: ${there}.`,
    });
  if (from !== undefined) return { host: from, options };
  const given = (['username', 'password-stdin', 'plain-http'] as const).find((flag) => flags[flag]);
  if (given !== undefined && hosts.length > 1)
    throw new ChartError('USAGE', `--${given} is for one registry, but ${there}`, {
      hint: 'Say which one by --from HOST.',
    });
  const [host = ''] = hosts;
  const login = flags.username !== undefined || flags['password-stdin'] === true;
  return { host, options: login ? options : { ...options, storedOnly: true } };
}

/**
 * For a host that the user did not name: only what is stored for it, and never in clear because
 * another registry is plain. Further authorities are trust that is added, and make no loopback
 * host speak https.
 */
function foreign({ env, note, caFile }: RegistryOptions, host: string): RegistryOptions {
  return {
    env,
    storedOnly: true,
    plainHttp: isLoopback(new URL(`http://${host}`).hostname),
    ...(note !== undefined && { note }),
    ...(caFile !== undefined && { caFile }),
  };
}

/**
 * Opens repositories: of the host that the user named with all flags and credentials, of any
 * other with what is stored for it. Says once for each host where the credentials came from.
 *
 * @param host `HOST[:PORT]` that --registry names
 */
export function opener(host: string, options: RegistryOptions, out: Output): OpenRepository {
  const said = new Set<string>();
  return async (name) => {
    const own = name.registry === host;
    const store = await openRegistry(name, own ? options : foreign(options, name.registry));
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
