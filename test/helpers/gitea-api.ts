import type { Server } from './servers.ts';

/** What the tests need of Gitea's API. */
interface GiteaApi {
  /** Login of whose the token is. */
  user(): Promise<string>;
  makeOrganisation(name: string, visibility?: 'public' | 'private'): Promise<void>;
  /** A public repository of the user's, empty. */
  makeRepository(name: string): Promise<void>;
  /** A text as Gitea shows it in a comment. */
  markdown(text: string): Promise<string>;
  /** Removes an organisation and its packages. */
  removeOrganisation(name: string): Promise<void>;
}

/** What a token of the tests may do. */
export const SCOPES = 'write:package,write:organization,write:repository,write:user,write:misc,read:user';

/** A package's version, as the API lists it. */
interface ListedPackage {
  readonly type: string;
  readonly name: string;
  readonly version: string;
}

/** Asks a Gitea with a token; the errors name what the token lacks in Gitea's words. */
export function giteaApi(url: URL, token: string): GiteaApi {
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(new URL(`api/v1/${path}`, url.href.replace(/\/?$/, '/')), {
      method,
      headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok)
      throw new Error(
        `${method} ${url.host}/api/v1/${path}: ${answer.status} ${text}; GITEA_TOKEN needs the scopes ${SCOPES}`,
      );
    const isJson = answer.headers.get('content-type')?.includes('json') === true;
    return isJson && text !== '' ? JSON.parse(text) : text;
  };
  return {
    user: async () => ((await ask('GET', 'user')) as { readonly login: string }).login,
    makeOrganisation: async (username, visibility = 'private') => {
      await ask('POST', 'orgs', { username, visibility });
    },
    makeRepository: async (name) => {
      await ask('POST', 'user/repos', { name, default_branch: 'main' });
    },
    markdown: async (text) => String(await ask('POST', 'markdown', { Text: text, Mode: 'gfm', Context: '' })),
    removeOrganisation: async (name) => {
      for (;;) {
        const listed = (await ask('GET', `packages/${name}?limit=50`)) as readonly ListedPackage[];
        if (listed.length === 0) break;
        for (const { type, name: of, version } of listed)
          await ask(
            'DELETE',
            `packages/${name}/${type}/${encodeURIComponent(of)}/${encodeURIComponent(version)}`,
          );
      }
      await ask('DELETE', `orgs/${name}`);
    },
  };
}

/** A Gitea that runs already, with two organisations of this run's own, which go with it. */
export async function runningGitea(url: URL, token: string): Promise<Server> {
  const api = giteaApi(url, token);
  const user = await api.user();
  const run = `tests-${Date.now().toString(36)}-${process.pid}`;
  const owners = [`${run}-a`, `${run}-b`] as const;
  for (const owner of owners) await api.makeOrganisation(owner);
  return {
    host: url.host,
    owners,
    user,
    env: { GITEA_TOKEN: token },
    stop: async () => {
      for (const owner of owners) await api.removeOrganisation(owner);
    },
  };
}
