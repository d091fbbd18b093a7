import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChartError } from '../errors.ts';
import { displayUrl } from '../http/url.ts';
import { holdsCredentials, registerCredentials, registerSecret } from '../secrets/secrets.ts';
import type { UpstreamSource } from '../recipe/types.ts';

/** A place that may have the upstream file. */
export type Source =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'cache'; readonly sha256: string }
  | { readonly kind: 'url'; readonly url: string };

/**
 * The recipe's URL or path with its version filled in.
 *
 * @throws FETCH_URL when it is neither http(s) nor a path, or holds credentials: it is written into committed files
 */
export function upstreamUrl({ url, version }: UpstreamSource): string {
  if (isFile(url)) return url.replaceAll('{version}', version);
  const full = expand(url, version);
  const parsed = httpUrl(full);
  if (parsed.username !== '' || parsed.password !== '') {
    throw new ChartError('FETCH_URL', `recipe.yaml: upstream.url ${displayUrl(parsed)} holds credentials`, {
      hint: 'Pass a URL with credentials by --from; the recipe and the lock are committed.',
    });
  }
  return full;
}

/**
 * What the recipe names, a URL or a file of the project's, then its mirrors. Throws FETCH_URL.
 *
 * @param project absolute path of the project
 */
export function upstreamSources(upstream: UpstreamSource, project: string): readonly Source[] {
  const first = upstreamUrl(upstream);
  const mirrors = (upstream.mirrors ?? []).map((mirror) => expand(mirror, upstream.version));
  return [
    isFile(first) ? { kind: 'file', path: resolve(project, first) } : { kind: 'url', url: first },
    ...mirrors.map((url): Source => ({ kind: 'url', url })),
  ];
}

/** Whether upstream.url is the path of a file from the project on. */
function isFile(url: string): boolean {
  return /^\.\.?\//.test(url);
}

/** What `--from` names: a URL, or a file relative to the working directory. Throws FETCH_URL. */
export function namedSource(from: string): Source {
  registerCredentials(from);
  if (from.startsWith('file:')) return { kind: 'file', path: fileOf(from) };
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(from) || existsSync(from)) return { kind: 'file', path: pathOf(from) };
  httpUrl(from);
  return { kind: 'url', url: from };
}

/** Of the file system's words the path would be one, whatever is in it. Throws FETCH_URL. */
function pathOf(from: string): string {
  if (existsSync(from) || !(holdsCredentials(from) && from.includes(':'))) return resolve(from);
  throw new ChartError('FETCH_URL', 'What --from names is no file, and no URL that can be fetched');
}

function fileOf(from: string): string {
  try {
    return fileURLToPath(from);
  } catch {
    throw new ChartError('FETCH_URL', 'What --from names is no file: URL of this machine');
  }
}

/** A URL that can be fetched; its credentials are a secret from now on. Throws FETCH_URL. */
export function httpUrl(text: string, base?: URL): URL {
  registerCredentials(text);
  if (!URL.canParse(text, base?.href))
    throw new ChartError(
      'FETCH_URL',
      `Not a URL: ${holdsCredentials(text) ? 'what has an @ in it' : JSON.stringify(text)}`,
    );
  const url = new URL(text, base);
  // What is taken for the host is then a part of the password.
  if (url.username !== '' && holdsCredentials(`${url.pathname}${url.search}${url.hash}`))
    throw new ChartError('FETCH_URL', 'A URL with a user name has another @ behind it', {
      hint: 'In a password @ is written %40, / %2F, ? %3F and # %23.',
    });
  // A lone user name is a token (https://TOKEN@host).
  registerSecret(url.password === '' ? url.username : url.password);
  if (url.protocol === 'https:' || url.protocol === 'http:') return url;
  throw new ChartError('FETCH_URL', `Only http and https can be fetched, not ${url.protocol}`);
}

/** A source as messages name it. */
export function sourceName(source: Source): string {
  switch (source.kind) {
    case 'file':
      return source.path;
    case 'cache':
      return `the cache (sha256 ${source.sha256.slice(0, 12)}…)`;
    case 'url':
      return displayUrl(source.url);
  }
}

/** The text behind percent escapes; as it is when they are malformed. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function expand(template: string, version: string): string {
  return template.replaceAll('{version}', encodeURIComponent(version));
}
