import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChartError } from '../errors.ts';
import { registerSecret } from '../io/secrets.ts';
import type { UpstreamSource } from '../recipe/types.ts';

/** A place that may have the upstream file. */
export type Source =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'cache'; readonly sha256: string }
  | { readonly kind: 'url'; readonly url: string };

/**
 * The recipe's URL with its version filled in.
 *
 * @throws FETCH_URL when it is not http(s), or holds credentials: it is written into committed files
 */
export function upstreamUrl({ url, version }: UpstreamSource): string {
  const full = expand(url, version);
  const parsed = httpUrl(full);
  if (parsed.username !== '' || parsed.password !== '') {
    throw new ChartError('FETCH_URL', `recipe.yaml: upstream.url ${displayUrl(parsed)} holds credentials`, {
      hint: 'Pass a URL with credentials by --from; the recipe and the lock are committed.',
    });
  }
  return full;
}

/** The recipe's URL, then its mirrors. Throws FETCH_URL. */
export function networkSources(upstream: UpstreamSource): readonly Source[] {
  const mirrors = (upstream.mirrors ?? []).map((mirror) => expand(mirror, upstream.version));
  return [upstreamUrl(upstream), ...mirrors].map((url) => ({ kind: 'url', url }));
}

/** What `--from` names: a URL, or a file relative to the working directory. Throws FETCH_URL. */
export function namedSource(from: string): Source {
  if (from.startsWith('file:')) return { kind: 'file', path: fileURLToPath(from) };
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(from) || existsSync(from))
    return { kind: 'file', path: resolve(from) };
  httpUrl(from);
  return { kind: 'url', url: from };
}

/** A URL that can be fetched; its credentials are a secret from now on. Throws FETCH_URL. */
export function httpUrl(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href))
    throw new ChartError('FETCH_URL', `Not a URL: ${JSON.stringify(text)}`);
  const url = new URL(text, base);
  // A lone user name is a token (https://TOKEN@host).
  const secret = url.password === '' ? url.username : url.password;
  registerSecret(secret);
  registerSecret(percentDecoded(secret));
  if (url.protocol === 'https:' || url.protocol === 'http:') return url;
  throw new ChartError('FETCH_URL', `Only http and https can be fetched: ${displayUrl(url)}`);
}

/** A URL as it may be printed: no credentials, no query (signed URLs carry secrets there). */
export function displayUrl(url: URL | string): string {
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname}${search === '' ? '' : '?…'}`;
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
