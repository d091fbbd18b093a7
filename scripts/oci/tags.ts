import { ChartError } from '../errors.ts';
import { displayUrl } from '../fetch/source.ts';
import { scopeOf } from './auth/token.ts';
import type { Client } from './http.ts';
import { followable } from './redirect.ts';
import type { Answer } from './wire.ts';

/**
 * All tags of a repository, sorted; none when there is no such repository.
 *
 * @throws what the client throws
 */
export async function listTags(client: Client, repository: string): Promise<readonly string[]> {
  const first = new URL(`/v2/${repository}/tags/list`, client.origin);
  const pages = await listPages(client, repository, first, (json) => asList(json['tags']).map(String));
  return [...new Set(pages)].toSorted();
}

/**
 * Follows `Link: <…>; rel="next"` (distribution-spec, "Content Discovery") until a page
 * has none, or is empty: Gitea has the header even on its last page (measured). A page
 * that leads back to one already seen ends it, too.
 */
export async function listPages<T>(
  client: Client,
  repository: string,
  first: URL,
  read: (json: Readonly<Record<string, unknown>>) => readonly T[],
): Promise<readonly T[]> {
  const items: T[] = [];
  const seen = new Set<string>();
  let url: URL | undefined = first;
  while (url !== undefined && !seen.has(url.href)) {
    seen.add(url.href);
    const answer: Answer = await client.send({
      method: 'GET',
      url,
      headers: { accept: '*/*' },
      scopes: [scopeOf(repository, 'pull')],
      expect: [200, 404],
    });
    const page = answer.status === 404 ? [] : read(jsonOf(answer));
    items.push(...page);
    const next = page.length === 0 ? undefined : nextLink(answer.header('link'));
    url = next === undefined ? undefined : followable(next, url, 'the next page');
  }
  return items;
}

/** The target of the link with `rel="next"` (RFC 8288). */
function nextLink(header: string | undefined): string | undefined {
  return /<([^>]*)>[^,]*;\s*rel="?next\b/i.exec(header ?? '')?.[1];
}

/** A list of JSON that may be null or missing. */
function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function jsonOf({ bytes, url }: Answer): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof json === 'object' && json !== null) return json as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new ChartError('REGISTRY_ANSWER', `${displayUrl(url)}: the answer is not JSON`, { cause });
  }
  throw new ChartError('REGISTRY_ANSWER', `${displayUrl(url)}: the answer is not a JSON object`);
}
