import { ChartError } from '../errors.ts';
import { displayUrl } from '../http/url.ts';
import type { Client } from './http.ts';
import { jsonObject } from './json.ts';
import { listPages } from './pages.ts';
import type { Answer } from '../http/wire.ts';

/**
 * All tags of a repository, sorted; none when there is no such repository.
 *
 * @throws what the client throws
 */
export async function listTags(client: Client, repository: string): Promise<readonly string[]> {
  const first = new URL(`/v2/${repository}/tags/list`, client.origin);
  const tags = await listPages(client, repository, {
    first,
    accept: '*/*',
    expect: [200, 404],
    read: (answer) => (answer.status === 404 ? [] : tagsIn(answer)),
    key: (tag) => tag,
  });
  return tags.toSorted();
}

/** One page's; a list without any may be null (Gitea's is, measured) or missing. */
function tagsIn({ bytes, url }: Answer): readonly string[] {
  const refuse = (reason: string): ChartError =>
    new ChartError('REGISTRY_ANSWER', `${displayUrl(url)}: the answer ${reason}`);
  const tags = jsonObject(bytes, refuse)['tags'] ?? [];
  if (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')) return tags;
  throw refuse('has tags that are no list of names');
}
