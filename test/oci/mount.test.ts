import { afterEach, expect, test } from 'vitest';
import { copy, type CopyEvent } from '../../scripts/oci/copy.ts';
import type { RegistryFault } from '../helpers/fake-faults.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { bytesOf, graphStore, image } from '../helpers/oci-graph.ts';
import { openOn } from './registry-setup.ts';

const LOGIN = { username: 'somebody', password: 'a secret of the tests' };
const ENV = { HOME: '/nonexistent', REGISTRY_USERNAME: LOGIN.username, REGISTRY_PASSWORD: LOGIN.password };
const GRAPH = image('mount', [bytesOf('mount', 1000)]);

let registry: FakeRegistry;
afterEach(() => registry.close());

/** Copies the graph to where its blobs could be mounted from a sibling; says what was done. */
async function copied(faults: readonly RegistryFault[]): Promise<readonly CopyEvent['action'][]> {
  registry = await fakeRegistry({ login: LOGIN });
  const store = await openOn(registry.host, 'owner/name', { env: ENV });
  await copy(graphStore(GRAPH), store.sibling('owner/other'), GRAPH.root);
  registry.faults.add(...faults);
  const done: CopyEvent['action'][] = [];
  const onEvent = ({ action }: CopyEvent): void => {
    if (action !== 'progress') done.push(action);
  };
  await copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'v1', mountFrom: 'owner/other', onEvent });
  expect(await store.resolve('v1')).toEqual(GRAPH.root);
  return done;
}

const status = (path: string | RegExp, code: number): RegistryFault => ({
  path,
  times: 99,
  effect: { kind: 'status', status: code },
});

test('what a sibling has is mounted', async () => {
  expect(await copied([])).toEqual(['mount', 'mount', 'upload']);
});

test.each([400, 401, 403, 404, 405, 500, 503])(
  'a mount that is answered %i becomes an upload',
  async (code) => {
    expect(await copied([status('mount=', code)])).toEqual(['upload', 'upload', 'upload']);
    expect(registry.requests.some(({ url }) => url.includes('mount='))).toBe(true);
  },
);

test.each([401, 403])(
  'a token for both repositories that is answered %i makes the mount an upload',
  async (code) => {
    const both = /token.*scope=.*scope=/;
    expect(await copied([status(both, code)])).toEqual(['upload', 'upload', 'upload']);
    expect(registry.requests.some(({ url }) => both.test(url))).toBe(true);
  },
);

test('a mount that is taken without saying where to upload becomes an upload of its own', async () => {
  const faults: readonly RegistryFault[] = [
    { path: 'mount=', times: 99, effect: { kind: 'status', status: 202 } },
  ];
  expect(await copied(faults)).toEqual(['upload', 'upload', 'upload']);
});

test('a mount that leads to an internal address is no refusal', async () => {
  const to = 'http://10.0.0.1/';
  await expect(copied([{ path: 'mount=', effect: { kind: 'redirect', to } }])).rejects.toMatchObject({
    code: 'REGISTRY_REDIRECT',
  });
});
