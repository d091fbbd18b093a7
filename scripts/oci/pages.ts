import { ChartError } from '../errors.ts';
import { displayUrl } from '../http/url.ts';
import { scopeOf } from './auth/token.ts';
import type { Client } from './http.ts';
import { followable } from './redirect.ts';
import type { Answer } from '../http/wire.ts';

/** A list that a registry gives in pages. */
export interface PagedList<T> {
  readonly first: URL;
  readonly accept: string;
  /** The statuses that are answers to the first question. */
  readonly expect: readonly number[];
  readonly read: (answer: Answer, page: number) => readonly T[];
  /** What makes two items the same. */
  readonly key: (item: T) => string;
}

/** A registry whose pages have 100 items, as is usual, may have a hundred thousand. */
const MOST_PAGES = 1000;
/** Bytes of one page, and of all: a page may be the whole list, of names that are 128 characters long. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Follows `Link: <…>; rel="next"` (distribution-spec, "Content Discovery") until a page has
 * none, or brings nothing new: Gitea has the header even on its last page (measured), and a
 * faulty registry may lead to the same items for ever.
 *
 * @throws REGISTRY_ANSWER when there is too much of it, or a further page is missing: a part of a
 * list is none; what the client throws
 */
export async function listPages<T>(
  client: Client,
  repository: string,
  { first, accept, expect, read, key }: PagedList<T>,
): Promise<readonly T[]> {
  const items = new Map<string, T>();
  let url = first;
  let bytes = 0;
  for (let page = 1; page <= MOST_PAGES && bytes <= MOST_BYTES; page++) {
    const before = items.size;
    const answer = await client.send({
      method: 'GET',
      url,
      headers: { accept },
      scopes: [scopeOf(repository, 'pull')],
      expect: page === 1 ? expect : [200],
      most: MOST_BYTES,
    });
    bytes += answer.bytes.byteLength;
    for (const item of read(answer, page)) items.set(key(item), item);
    const next = nextLink(answer.header('link'));
    if (next === undefined || items.size === before) return [...items.values()];
    url = followable(next, answer.url, 'the next page', client.wire.plainHttp);
  }
  throw new ChartError(
    'REGISTRY_ANSWER',
    `${displayUrl(first)}: the list has more than ${MOST_PAGES} pages or ${MOST_BYTES} bytes`,
  );
}

/** The target of the link with `rel="next"` (RFC 8288). */
function nextLink(header: string | undefined): string | undefined {
  return /<([^>]*)>[^,]*;\s*rel="?next\b/i.exec(header ?? '')?.[1];
}
