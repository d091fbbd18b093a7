import { ChartError } from '../errors.ts';
import type { Network } from './download.ts';
import { download } from './download.ts';

/** Where forges have the raw files of a repository, by the version in the URL. */
const FORGES: readonly (readonly [pattern: RegExp, repository: string])[] = [
  [
    /^https:\/\/raw\.githubusercontent\.com\/([^/]+\/[^/]+)\/(?:refs\/tags\/)?\{version\}\//,
    'https://github.com/$1',
  ],
  [/^https:\/\/cdn\.jsdelivr\.net\/gh\/([^/@]+\/[^/@]+)@\{version\}\//, 'https://github.com/$1'],
  [
    /^(https:\/\/github\.com\/[^/]+\/[^/]+)\/(?:raw|releases\/download)\/(?:refs\/tags\/)?\{version\}\//,
    '$1',
  ],
  // GitLab.
  [/^(https?:\/\/.+?)\/-\/raw\/\{version\}\//, '$1'],
  // Gitea and Forgejo, below a path of their own, too.
  [/^(https?:\/\/.+?\/[^/]+\/[^/]+)\/(?:raw|media)\/(?:tag\/|branch\/|commit\/)?\{version\}\//, '$1'],
  [/^(https?:\/\/.+?\/[^/]+\/[^/]+)\/releases\/download\/\{version\}\//, '$1'],
];

/**
 * The Git repository that a URL of upstream's file is in; undefined where the URL does not say it.
 *
 * @param url as in recipe.yaml, with `{version}`
 */
export function repositoryOf(url: string): string | undefined {
  for (const [pattern, repository] of FORGES) {
    const found = pattern.exec(url);
    if (found !== null) return `${repository.replace('$1', found[1] ?? '')}.git`;
  }
  return undefined;
}

/**
 * The tags of the repository that upstream's file is in, as `git ls-remote --tags` has them: by the reference
 * discovery of Git's smart protocol (gitprotocol-http, "Smart Clients").
 *
 * @param urls upstream.url of recipe.yaml and its mirrors; the first that names a repository is asked
 * @throws FETCH_URL when none does; FETCH_NETWORK
 */
export async function upstreamTags(
  urls: readonly string[],
  network: () => Promise<Network>,
): Promise<readonly string[]> {
  const repository = urls.map(repositoryOf).find((found) => found !== undefined);
  if (repository === undefined)
    throw new ChartError(
      'FETCH_URL',
      `upstream.url names no repository of GitHub, GitLab or Gitea: ${urls[0] ?? ''}`,
      {
        hint: 'Its tags can only be asked for where the URL of a raw file has {version} in it.',
      },
    );
  const bytes = await discovery(repository, await network());
  return tagsIn(new TextDecoder().decode(bytes), repository);
}

async function discovery(repository: string, network: Network): Promise<Uint8Array> {
  try {
    return await download(`${repository}/info/refs?service=git-upload-pack`, network);
  } catch (cause) {
    if (!(cause instanceof ChartError) || cause.code !== 'FETCH_NETWORK') throw cause;
    throw new ChartError(cause.code, `the tags of ${repository} cannot be had: ${cause.message}`, {
      cause,
      hint: 'Check the network and HTTPS_PROXY, or look at the repository in a browser: a version can be named without them.',
    });
  }
}

/** Names of tags in pkt-lines; what an annotated one points at (`^{}`) is no tag of its own. */
function tagsIn(text: string, repository: string): readonly string[] {
  if (!text.startsWith('001e# service=git-upload-pack'))
    throw new ChartError('FETCH_NETWORK', `${repository} does not answer as a Git repository`, {
      hint: 'Open the URL and look: it may have moved, or ask for a login.',
    });
  const refs = text.matchAll(/[0-9a-f]{4}(?:[0-9a-f]{40}|[0-9a-f]{64}) refs\/tags\/([^\0\n]+)/g);
  return [...new Set([...refs].map(([, name = '']) => name).filter((name) => !name.endsWith('^{}')))];
}
