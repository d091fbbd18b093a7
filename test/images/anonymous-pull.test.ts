import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { copy } from '../../scripts/oci/copy.ts';
import { askForImages, completeImages, pullsOf } from '../../scripts/images/anonymous-pull.ts';
import { anonymousOpener } from '../../scripts/oci/opener.ts';
import type { Recipe } from '../../scripts/recipe/types.ts';
import { readProject } from '../../scripts/io/project.ts';
import type { RegistryFault } from '../helpers/fake-faults.ts';
import { fakeRegistry, type FakeOptions, type FakeRegistry } from '../helpers/fake-registry.ts';
import { graphStore, multiArch } from '../helpers/oci-graph.ts';
import { expectNoSecret, LOGIN } from '../helpers/secret-forms.ts';
import { printPulls } from '../../scripts/commands/terminal/show-pulls.ts';
import { silent } from '../helpers/silent.ts';
import { ROOT } from '../helpers/this-project.ts';
import { openOn, testWaiting } from '../oci/registry-setup.ts';
import { NOBODY } from '../helpers/nobody.ts';

const GRAPH = multiArch('mirrored', 500);
const ENV = { HOME: '/nonexistent', REGISTRY_USERNAME: LOGIN.username, REGISTRY_PASSWORD: LOGIN.password };

const running: FakeRegistry[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((registry) => registry.close()));
});

/** A registry that holds the image in `infra/tool`, written with the login that it asks for. */
async function holding(options: FakeOptions = {}): Promise<FakeRegistry> {
  const registry = await fakeRegistry(options);
  running.push(registry);
  const store = await openOn(registry.host, 'infra/tool', { env: ENV });
  await copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'v1' });
  return registry;
}

/** Asks for the image of a registry as a command does whose user has a login for it. */
async function ask(host: string, recipe?: Recipe) {
  const said: string[] = [];
  const password = async (): Promise<string> => LOGIN.password;
  const given = { username: LOGIN.username, readPassword: password };
  const open = anonymousOpener(host, { env: ENV, waiting: testWaiting(), ...given });
  const images = [{ store: `${host}/infra/tool`, digest: GRAPH.root.digest }];
  const asked = await askForImages(images, open);
  printPulls(asked, recipe, silent(said));
  const pulls = pullsOf(asked);
  return { pulls, said };
}

const ANONYMOUS = { login: LOGIN, publicPull: true } as const;

test.each<readonly [string, FakeOptions, string]>([
  ['a registry that asks nobody', {}, 'anyone'],
  ['a public organisation of Gitea', { ...ANONYMOUS, flavour: 'gitea' }, 'anyone'],
  ['a private organisation of Gitea', { login: LOGIN, flavour: 'gitea' }, 'credentials'],
  ['a registry that gives tokens to anybody', ANONYMOUS, 'anyone'],
  ['a registry that gives nobody’s token no scope', { login: LOGIN }, 'credentials'],
  ['a registry that knows only Basic', { login: LOGIN, basicOnly: true }, 'credentials'],
])('%s', async (_, options, pull) => {
  const { host, requests } = await holding(options);
  const before = requests.length;
  const { pulls } = await ask(host);
  expect(pulls).toEqual([{ image: `${host}/infra/tool@${GRAPH.root.digest}`, pull }]);
  // Whoever the user is, nobody is asked in his name: what is sent is a token that anybody has.
  const asked = requests.slice(before);
  const sent = asked.map(({ headers, url }) => (url.includes('/token') ? headers.authorization : undefined));
  expect(sent.filter(Boolean)).toEqual([]);
  for (const { headers } of asked) expect(headers.authorization ?? 'Bearer token-').toMatch(/^Bearer token-/);
  expect(asked.filter(({ url }) => url.includes('/manifests/')).length).toBeLessThanOrEqual(2);
});

const status = (code: number, fault: Omit<RegistryFault, 'effect'> = {}): RegistryFault => ({
  times: 99,
  effect: { kind: 'status', status: code },
  ...fault,
});

test.each<readonly [string, RegistryFault, string, RegExp | undefined]>([
  ['hides what is private', status(404), 'credentials', undefined],
  ['gives nobody a token', status(403, { path: '/token' }), 'credentials', undefined],
  ['is down', status(503), 'unknown', /answered 503/],
  ['is down where tokens are', status(500, { path: '/token' }), 'unknown', /answered 500/],
  ['has a page for a token', status(200, { path: '/token' }), 'unknown', /not JSON/],
  [
    'gives something else',
    { effect: { kind: 'corrupt-answer' }, path: '/manifests/', times: 9 },
    'unknown',
    /the registry says/,
  ],
  [
    'sends to where nobody may go',
    { effect: { kind: 'redirect', to: 'http://169.254.169.254/' }, path: '/manifests/' },
    'unknown',
    /169\.254/,
  ],
])('a registry that %s', async (_, fault, pull, reason) => {
  const registry = await holding(ANONYMOUS);
  registry.faults.add(fault);
  const { pulls, said } = await ask(registry.host);
  expect(pulls.map((one) => one.pull)).toEqual([pull]);
  const store = `${registry.host}/infra/tool`;
  const last = said.at(-1) ?? '';
  if (reason === undefined) return expect(last).toContain(`nodes cannot pull ${store} without credentials.`);
  expect(last).toMatch(reason);
  expect(last).toContain(`whether nodes can pull ${store} without credentials could not be asked: `);
});

test('a registry that is gone is no error', async () => {
  const { pulls, said } = await ask(NOBODY);
  expect(pulls).toMatchObject([{ pull: 'unknown' }]);
  expect(said.at(-1)).toContain('nothing listens there');
});

const PRIVATE = { login: LOGIN, flavour: 'gitea' } as const;

test('names this chart’s value and the command, for its namespace, with no secret', async () => {
  const { host } = await holding(PRIVATE);
  const { recipe } = await readProject(ROOT);
  const { said } = await ask(host, recipe);
  expect(said).toEqual([
    `nodes cannot pull ${host}/infra/tool without credentials. Make it public (in Gitea: the visibility of its owner), or create a Secret with credentials that may read it (in Gitea: a token with read:package)\n` +
      `  kubectl create secret docker-registry registry-credentials -n kube-system --docker-server=${host} --docker-username=NAME --docker-password="$PASSWORD"\n` +
      `and name it in the chart's value imagePullSecrets`,
  ]);
  expectNoSecret(said.join('\n'));
  // The guide has the same line.
  const [, command = ''] = said.join('\n').split('\n');
  const guide = await readFile(join(ROOT, 'docs', 'nodes.md'), 'utf8');
  expect(guide).toContain(`\n  ${command.replace(host, 'git.example.org')}\n`);
  expect(guide).toContain('`imagePullSecrets: [{ name: registry-credentials }]`');
});

const NAMED = [{ name: 'mine' }];

test('a chart whose value names a Secret needs no warning; another name of the value, and none', async () => {
  const { host } = await holding(PRIVATE);
  const { recipe } = await readProject(ROOT);
  const entries = recipe.entries.map((entry) =>
    entry.path === 'imagePullSecrets' ? { ...entry, path: 'pods.secrets' } : entry,
  );
  const values = (secrets: typeof NAMED | []) => ({ values: { pods: { secrets } } });
  const withDefault = entries.map((entry) => ({ ...entry, default: NAMED }));
  const last = async (other: Partial<Recipe>): Promise<string> =>
    (await ask(host, { ...recipe, ...other })).said.at(-1)?.split('\n').at(-1) ?? '';
  expect(await last({ entries, argocd: values(NAMED) })).toBe(
    `nodes pull ${host}/infra/tool with the credentials that pods.secrets names`,
  );
  expect(await last({ entries: withDefault })).toContain('with the credentials that pods.secrets names');
  expect(await last({ entries: withDefault, argocd: values([]) })).toContain("chart's value pods.secrets");
  expect(await last({ entries })).toBe("and name it in the chart's value pods.secrets");
  expect(await last({ entries: [] })).toBe('and name it in imagePullSecrets of the pods');
});

test('images of one registry have one warning; only what is there is asked for', async () => {
  const { host } = await holding(PRIVATE);
  const said: string[] = [];
  const checks = (['complete', 'missing', 'unchecked'] as const).flatMap((state) =>
    ['tool', 'other'].map((name) => ({
      store: `${host}/infra/${name}-${state}`,
      digest: GRAPH.root.digest,
      state,
      reason: '',
    })),
  );
  const open = anonymousOpener(host, { env: ENV });
  printPulls(await askForImages(completeImages(checks), open), undefined, silent(said));
  expect(said).toHaveLength(1);
  expect(said[0]).toContain(`cannot pull ${host}/infra/tool-complete, ${host}/infra/other-complete without`);
});
