/** A URL as it may be printed: no credentials, no query (signed URLs carry secrets there). */
export function displayUrl(url: URL | string): string {
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname}${search === '' ? '' : '?…'}`;
}
