import { ChartError } from '../errors.ts';
import { displayUrl } from '../fetch/source.ts';
import type { Client } from './http.ts';
import { listPages } from './pages.ts';
import type { Answer } from './wire.ts';

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
    read: (answer) => (answer.status === 404 ? [] : asList(jsonOf(answer)['tags']).map(String)),
    key: (tag) => tag,
  });
  return tags.toSorted();
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
