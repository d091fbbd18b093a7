import { ChartError } from '../errors.ts';
import { registerSecret } from '../secrets/secrets.ts';
import type { Login } from './auth/token.ts';

/** What Docker's config.json has for one registry (docs.docker.com, "docker login"). */
export interface StoredLogin {
  readonly login: Login | undefined;
  /** Whether the file names the registry: `docker login` leaves an empty entry for what is in the store. */
  readonly named: boolean;
  /** The credential helper of this registry, or the store of all; '' without one. */
  readonly helper: string;
}

/** How config.json, Docker's and Helm's, and the credential helpers name a registry. */
export function serverName(registry: string): string {
  return registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry;
}

/**
 * Reads what a config.json has for a registry.
 *
 * @param file for messages
 * @throws REGISTRY_CREDENTIALS when it does not have the form, or has what this client cannot use
 */
export function storedLogin(text: string, registry: string, file: string): StoredLogin {
  const config = membersOf(parse(text) ?? 'no JSON', file, 'it');
  const auth = forHost(membersOf(config['auths'], file, 'auths'), registry);
  const own = forHost(membersOf(config['credHelpers'], file, 'credHelpers'), registry);
  const place = `auths.${JSON.stringify(registry)}`;
  return {
    login: loginOf(membersOf(auth, file, place), place, file),
    named: auth !== undefined || own !== undefined,
    helper:
      textOf(own, file, `credHelpers.${JSON.stringify(registry)}`) ||
      textOf(config['credsStore'], file, 'credsStore'),
  };
}

type Members = Readonly<Record<string, unknown>>;

function loginOf(members: Members, place: string, file: string): Login | undefined {
  const member = (name: string): string => textOf(members[name], file, `${place}.${name}`);
  for (const name of ['identitytoken', 'registrytoken']) {
    registerSecret(member(name));
    if (member(name) !== '')
      throw unusable(file, `${place} has a login by ${name}, which this client cannot use`);
  }
  const [username, password, auth] = [member('username'), member('password'), member('auth')];
  if (username !== '' && password !== '') return { username, password };
  if (auth === '') return undefined;
  registerSecret(auth);
  const pair = Buffer.from(auth, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon <= 0) throw unusable(file, `${place}.auth is not base64 of NAME:PASSWORD`);
  return { username: pair.slice(0, colon), password: pair.slice(colon + 1).replace(/\0+$/, '') };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No cause: the parser quotes the text, and that may be a password.
    return undefined;
  }
}

/** The members of an object; none where there is nothing. A null is nothing to Docker. */
function membersOf(value: unknown, file: string, what: string): Members {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  throw unusable(file, `${what} is not a JSON object`);
}

function textOf(value: unknown, file: string, what: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw unusable(file, `${what} is not a string`);
}

/** What a file has for a host; the key as Docker writes it now comes before older spellings. */
function forHost(members: Members, registry: string): unknown {
  if (Object.hasOwn(members, serverName(registry))) return members[serverName(registry)];
  return Object.entries(members).find(([key]) => hostOf(key) === registry)?.[1];
}

/** The host that a key is for: `HOST`, or as older Dockers wrote `https://HOST/v1/`. Paths of others stay, and match nothing. */
function hostOf(key: string): string {
  const host = key.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, '');
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host.toLowerCase();
}

function unusable(file: string, reason: string): ChartError {
  return new ChartError('REGISTRY_CREDENTIALS', `${file}: ${reason}`, {
    hint: 'Log in again by name and password or token, or give GITEA_TOKEN, or REGISTRY_USERNAME and REGISTRY_PASSWORD.',
  });
}
