import { ChartError } from '../errors.ts';
import { holdsCredentials, registerCredentials } from '../secrets/secrets.ts';

/** Where content is: a repository of a registry, and perhaps which content of it. */
export interface Reference {
  /** `HOST[:PORT]`, lower case; Docker Hub is `docker.io`. */
  readonly registry: string;
  /** Path components, for example `infra/chart`. */
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:<64 hex>`. */
  readonly digest?: string;
}

/** What is tried when a reference names neither tag nor digest. */
export const DEFAULT_TAG = 'latest';

const DOCKER_HUB = 'docker.io';
const HUB_ALIASES: ReadonlySet<string> = new Set([
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
]);

// Grammars of distribution-spec v1.1, "Pulling manifests"; a host as in RFC 3986, IPv6 in brackets.
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const HOST =
  /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;
const LONGEST_NAME = 255;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Whether a text is a digest that can be checked. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/**
 * Parses `oci://HOST[:PORT]/OWNER[/NAME…][:TAG][@sha256:HEX]`, as `--registry` takes it.
 *
 * @throws REGISTRY_REFERENCE naming the part that is wrong
 */
export function parseRegistryReference(text: string): Reference {
  refuseCredentials(text);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1];
  if (scheme !== undefined && scheme.toLowerCase() !== 'oci') {
    throw invalid(text, `it begins with ${scheme}://, not with oci://`);
  }
  const rest = text.replace(/^oci:\/\//i, '').replace(/\/+$/, '');
  const slash = rest.indexOf('/');
  if (slash === -1) throw invalid(text, 'it names no owner after the host');
  return parts(text, rest.slice(0, slash), rest.slice(slash + 1));
}

/**
 * Parses an image as Docker does: without a host it is of Docker Hub, and there without an
 * owner of `library` (distribution/reference, normalize.go).
 *
 * @throws REGISTRY_REFERENCE naming the part that is wrong
 */
export function parseImageReference(text: string): Reference {
  refuseCredentials(text);
  const slash = text.indexOf('/');
  const first = slash === -1 ? '' : text.slice(0, slash);
  const named = first === 'localhost' || /[.:]/.test(first);
  const host = named ? canonicalHost(first) : DOCKER_HUB;
  const path = named ? text.slice(slash + 1) : text;
  return parts(text, host, host === DOCKER_HUB && !path.includes('/') ? `library/${path}` : path);
}

/** Words of tags that are put on one image after the other. */
const MOVING =
  /latest|snapshot|nightly|edge|unstable|(?:^|[-_.])(?:main|master|trunk|head|dev|devel|canary|stable)(?:$|[-_.])/i;
/** A version, a date, a commit. */
const FIXED = /\d+\.\d+|\d{4}-\d\d|^v?\d+$|\d{6}|(?:^|[-_.])(?=[0-9a-f]*\d)[0-9a-f]{7,40}(?:$|[-_.])/;

/** Whether a tag is likely to be moved to another image: by its words, or because there is no version in it. */
export function tagMoves(tag: string): boolean {
  return MOVING.test(tag) || !FIXED.test(tag);
}

/** `HOST/REPOSITORY[:TAG][@DIGEST]`. */
export function formatReference({ registry, repository, tag, digest }: Reference): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** The host that answers for a registry: Docker Hub's API has a name of its own. */
export function apiHost(registry: string): string {
  return registry === DOCKER_HUB ? 'registry-1.docker.io' : registry;
}

/** Docker Hub under one name, by which its credentials are found, too. */
function canonicalHost(host: string): string {
  const lower = host.toLowerCase();
  return HUB_ALIASES.has(lower) ? DOCKER_HUB : lower;
}

function parts(text: string, host: string, path: string): Reference {
  const at = path.indexOf('@');
  const digest = at === -1 ? undefined : path.slice(at + 1);
  const named = at === -1 ? path : path.slice(0, at);
  const colon = named.indexOf(':');
  const tag = colon === -1 ? undefined : named.slice(colon + 1);
  const repository = colon === -1 ? named : named.slice(0, colon);
  const registry = canonicalHost(host);
  if (!HOST.test(registry)) throw invalid(text, `${JSON.stringify(withoutPort(host))} is no host`);
  // What looks like an IP address must be one, and a port must be below 65536.
  if (!URL.canParse(`https://${registry}`))
    throw invalid(text, `${JSON.stringify(host)} is no address or port`);
  checkRepository(text, repository);
  checkTag(text, tag);
  if (digest !== undefined && !isDigest(digest)) {
    throw invalid(text, `${JSON.stringify(digest)} is no digest of the form sha256:<64 hex digits>`);
  }
  return { registry, repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

function checkRepository(text: string, repository: string): void {
  if (repository !== repository.toLowerCase()) {
    // Gitea answers 400 NAME_INVALID to it.
    throw invalid(text, `registries know only lower case; write ${repository.toLowerCase()}`);
  }
  if (repository.length > LONGEST_NAME)
    throw invalid(text, `its name has more than ${LONGEST_NAME} characters`);
  const wrong = repository.split('/').find((component) => !COMPONENT.test(component));
  if (wrong !== undefined) {
    throw invalid(text, `${JSON.stringify(wrong)} must be letters and digits, with . _ __ or - between them`);
  }
}

function checkTag(text: string, tag: string | undefined): void {
  if (tag === undefined || TAG.test(tag)) return;
  const reason = tag.includes('+')
    ? 'registries refuse a + in a tag, so a version cannot have build metadata'
    : 'at most 128 letters, digits and . _ -';
  throw invalid(text, `${JSON.stringify(tag)} is no tag: ${reason}`);
}

/** Of what may hold a password nothing is repeated: where it begins and ends is not known. */
function refuseCredentials(text: string): void {
  registerCredentials(text);
  const hint =
    'Write HOST/OWNER alone. Credentials: --username with --password-stdin, GITEA_TOKEN, or REGISTRY_USERNAME and REGISTRY_PASSWORD.';
  if (holdsCredentials(text))
    throw new ChartError('REGISTRY_REFERENCE', 'It has an @ in it: credentials do not belong into it', {
      hint,
    });
  if (/[?#\\]/.test(text))
    throw new ChartError('REGISTRY_REFERENCE', 'It has a ?, a # or a \\ in it, which belong into no name', {
      hint,
    });
}

/** What follows the colon of a host may be a password, whose @ was forgotten, unless it is a number. */
function withoutPort(host: string): string {
  return host.replace(/:(?!\d+$).*/s, ':…');
}

function invalid(text: string, reason: string): ChartError {
  const [, scheme = '', host = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)?([^/]*)(.*)$/is.exec(text) ?? [];
  const shown = JSON.stringify(`${scheme}${withoutPort(host)}${rest}`);
  return new ChartError('REGISTRY_REFERENCE', `${shown} cannot be used: ${reason}`);
}
