import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ChartError } from '../errors.ts';
import { readText } from '../io/files.ts';
import { registerSecret } from '../secrets/secrets.ts';
import type { Login } from './auth/token.ts';
import { askHelper, runHelper, type RunProgram } from './credential-helper.ts';
import { serverName, storedLogin } from './docker-config.ts';

/** A login and where it came from, which is printed; the password never is. */
export interface Credentials extends Login {
  /** For example `GITEA_TOKEN` or a file's path. */
  readonly source: string;
}

/** Where credentials may come from. */
export interface CredentialOptions {
  readonly env: NodeJS.ProcessEnv;
  /** `--username`. */
  readonly username?: string;
  /** Reads what `--password-stdin` announces. */
  readonly readPassword?: () => Promise<string>;
  /**
   * Only what is stored for the very host: for registries that the user did not name,
   * such as an image's, to which the credentials of the flags and the environment do not belong.
   */
  readonly storedOnly?: boolean;
  readonly run?: RunProgram;
  /** Told of a credential store that cannot be asked. */
  readonly note?: (text: string) => void;
}

/**
 * The credentials for a registry, first found: flags; GITEA_TOKEN; REGISTRY_USERNAME and
 * REGISTRY_PASSWORD; Docker's config.json; Helm's. Undefined: ask without.
 *
 * @param registry `HOST[:PORT]`, matched exactly
 * @throws REGISTRY_CREDENTIALS when some are given by half, or a file or helper is unusable
 */
export async function findCredentials(
  registry: string,
  options: CredentialOptions,
): Promise<Credentials | undefined> {
  const given =
    options.storedOnly === true ? undefined : ((await fromFlags(options)) ?? fromEnv(options.env));
  if (given !== undefined) return usable(given);
  for (const file of configFiles(options.env)) {
    const stored = existsSync(file) ? await fromFile(file, registry, options) : undefined;
    if (stored !== undefined) return usable({ ...stored, source: file });
  }
  return undefined;
}

async function fromFlags({ username, readPassword }: CredentialOptions): Promise<Credentials | undefined> {
  if (username === undefined && readPassword === undefined) return undefined;
  if (username === undefined || readPassword === undefined) {
    const missing = username === undefined ? '--username' : '--password-stdin';
    throw new ChartError(
      'REGISTRY_CREDENTIALS',
      `--username and --password-stdin go together; ${missing} is missing`,
    );
  }
  // `echo` and editors end the line; no password does.
  const password = (await readPassword()).replace(/\r?\n$/, '');
  return { username, password, source: '--username and --password-stdin' };
}

function fromEnv(env: NodeJS.ProcessEnv): Credentials | undefined {
  const { GITEA_TOKEN: token, REGISTRY_USERNAME: username, REGISTRY_PASSWORD: password } = env;
  // Gitea looks only at the token; the name is for people who read its log.
  if (token) return { username: username || 'token', password: token, source: 'GITEA_TOKEN' };
  if (!username && !password) return undefined;
  if (username && password) return { username, password, source: 'REGISTRY_USERNAME and REGISTRY_PASSWORD' };
  throw new ChartError(
    'REGISTRY_CREDENTIALS',
    `REGISTRY_USERNAME and REGISTRY_PASSWORD go together; ${username ? 'REGISTRY_PASSWORD' : 'REGISTRY_USERNAME'} is missing`,
  );
}

/** Docker's file, then Helm's (helm.sh/docs/helm/helm: HELM_REGISTRY_CONFIG, HELM_CONFIG_HOME, XDG_CONFIG_HOME). */
function configFiles(env: NodeJS.ProcessEnv): readonly string[] {
  const home = env['HOME'] || homedir();
  const docker = env['DOCKER_CONFIG'] || join(home, '.docker');
  const config =
    env['XDG_CONFIG_HOME'] ||
    (process.platform === 'darwin' ? join(home, 'Library', 'Preferences') : join(home, '.config'));
  const helm = env['HELM_CONFIG_HOME'] || join(config, 'helm');
  return [join(docker, 'config.json'), env['HELM_REGISTRY_CONFIG'] || join(helm, 'registry', 'config.json')];
}

async function fromFile(
  file: string,
  registry: string,
  { run = runHelper, note }: CredentialOptions,
): Promise<Login | undefined> {
  const { login, named, helper } = storedLogin(await readConfig(file), registry, file);
  if (helper === '') return login;
  try {
    // First, as Docker does: whoever moves to a helper may leave the old login in the file.
    return (await askHelper(helper, serverName(registry), file, run)) ?? login;
  } catch (error) {
    // As Docker does, the store is asked for registries that the file does not name. But a store
    // that is broken must not stop what nobody logged in to.
    if (named || !(error instanceof ChartError)) throw error;
    note?.(`${error.message}; going on without credentials for ${registry}`);
    return undefined;
  }
}

/** Bytes; with hundreds of logins such a file has some ten KiB. */
const LARGEST_CONFIG = 4 * 1024 * 1024;

/** A pipe or a device might never end. */
async function readConfig(file: string): Promise<string> {
  const stats = await stat(file);
  if (stats.isFile() && stats.size <= LARGEST_CONFIG) return readText(file);
  const reason = stats.isFile() ? `has more than ${LARGEST_CONFIG} bytes` : 'is no file';
  throw new ChartError('REGISTRY_CREDENTIALS', `${file}, in which docker or helm keeps logins, ${reason}`);
}

/** Registers the secret, and refuses what no header can hold before it comes near one. */
function usable(credentials: Credentials): Credentials {
  const { username, password, source } = credentials;
  registerSecret(password);
  if (password === '' || /[\r\n\0]/.test(username + password)) {
    throw new ChartError(
      'REGISTRY_CREDENTIALS',
      `The password of ${source} is ${password === '' ? 'empty' : 'more than one line'}`,
    );
  }
  if (username.includes(':')) {
    throw new ChartError(
      'REGISTRY_CREDENTIALS',
      `The user name of ${source} has a colon in it, which Basic cannot send`,
    );
  }
  return credentials;
}
