import { ChartError } from '../../errors.ts';
import { atMost } from '../../io/byte-stream.ts';
import type { Output } from './output.ts';
import { registerCredentials } from '../../secrets/secrets.ts';
import type { RegistryOptions } from '../../oci/registry.ts';
import type { PinnedImage } from '../../images/pinned.ts';

/** The flag of every command that may send a login. */
export const TOKEN_HOST_FLAG = {
  'token-host': {
    type: 'string',
    value: 'HOST',
    multiple: true,
    description: 'may have the password, if the registry sends there for tokens (repeatable)',
  },
} as const;

/** The flags of every command that talks to a registry. */
export const REGISTRY_FLAGS = {
  username: { type: 'string', value: 'NAME', description: 'user of the registry; with --password-stdin' },
  'password-stdin': { type: 'boolean', description: 'read the password or token from standard input' },
  'plain-http': { type: 'boolean', description: 'speak http (the default for loopback hosts only)' },
  'ca-file': { type: 'string', value: 'FILE', description: 'PEM file with further certificate authorities' },
  ...TOKEN_HOST_FLAG,
} as const;

/** The flags of a command that asks the images' own registries. */
export const PULL_FLAGS = {
  'plain-http': { type: 'boolean', description: 'speak http with the registries' },
  'ca-file': { type: 'string', value: 'FILE', description: 'PEM file of further authorities to trust' },
  ...TOKEN_HOST_FLAG,
} as const;

/** Options for registries whose logins are stored, none given. */
export function pullOptions(
  flags: Pick<RegistryFlagValues, 'plain-http' | 'ca-file' | 'token-host'>,
  env: NodeJS.ProcessEnv,
  out: Output,
): RegistryOptions {
  const caFile = flags['ca-file'];
  return {
    env,
    plainHttp: flags['plain-http'] === true,
    tokenHosts: tokenHosts(flags['token-host']),
    note: (text: string) => out.step('network', text),
    ...(caFile !== undefined && { caFile }),
  };
}

/** Their values as parseArgs gives them. */
export interface RegistryFlagValues {
  readonly username?: string;
  readonly 'password-stdin'?: boolean;
  readonly 'plain-http'?: boolean;
  readonly 'ca-file'?: string;
  readonly 'token-host'?: readonly string[];
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
    tokenHosts: tokenHosts(flags['token-host']),
    ...(username !== undefined && { username }),
    ...(caFile !== undefined && { caFile }),
    ...(flags['password-stdin'] === true && { readPassword: () => (password ??= readPassword()) }),
  };
}

/** What --token-host names. Throws USAGE. */
export function tokenHosts(hosts: readonly string[] = []): readonly string[] {
  return hosts.map((text) => {
    const host = text.toLowerCase();
    if (URL.canParse(`https://${host}/`) && new URL(`https://${host}/`).hostname === host) return host;
    throw new ChartError('USAGE', '--token-host is no name of a host', {
      hint: 'Write the host alone, without scheme, port and path: --token-host auth.example.org',
    });
  });
}

/** Bytes; a token has at most some KiB. */
const LONGEST_PASSWORD = 64 * 1024;

async function readPassword(): Promise<string> {
  const { bytes, isWhole } = await atMost(process.stdin, LONGEST_PASSWORD);
  if (isWhole) return new TextDecoder().decode(bytes);
  throw new ChartError('REGISTRY_CREDENTIALS', `Standard input has more than ${LONGEST_PASSWORD} bytes`, {
    hint: '--password-stdin reads a password or a token, and nothing else.',
  });
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
  registerCredentials(flags.from ?? '');
  const there = `the images are at ${hosts.join(', ')}`;
  if (from !== undefined && !hosts.includes(from))
    throw new ChartError(
      'USAGE',
      `--from ${/^[a-z0-9.-]+(?::\d+)?$/.test(from) ? from : 'is no host, and'} has none of the images`,
      {
        hint: `Name a host: ${there}.`,
      },
    );
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
