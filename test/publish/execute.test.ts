import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { copy } from '../../scripts/oci/copy.ts';
import { layoutStore } from '../../scripts/oci/layout.ts';
import { execute } from '../../scripts/publish/execute.ts';
import { fakeRegistry, type FakeOptions, type FakeRegistry } from '../helpers/fake-registry.ts';
import { graphStore, image, type Graph } from '../helpers/oci-graph.ts';
import { openOn, testWaiting } from '../oci/registry-setup.ts';

const MINE = image('mine', []);
const THEIRS = image('theirs', []);
const LOGIN = { username: 'somebody', password: 'a secret of the tests' };
const ENV = { HOME: '/nonexistent', REGISTRY_USERNAME: LOGIN.username, REGISTRY_PASSWORD: LOGIN.password };

let registry: FakeRegistry | undefined;
afterEach(() => registry?.close());

/** Publishes MINE; in the first pause that the registry asks for, `meanwhile` is released. */
async function publish(meanwhile: Graph | undefined, options: FakeOptions): Promise<void> {
  const { faults = [], ...rest } = options;
  const server = await fakeRegistry(rest);
  registry = server;
  const other = await openOn(server.host, 'owner/name', { env: ENV });
  if (meanwhile !== undefined) await copy(graphStore(meanwhile), other, meanwhile.root);
  server.faults.add(...faults);
  const clock = testWaiting();
  const sleep = async (ms: number): Promise<void> => {
    await clock.sleep(ms);
    if (meanwhile !== undefined) server.content.tags.set('owner/name 1.0.0', meanwhile.root.digest);
  };
  const target = await openOn(server.host, 'owner/name', { env: ENV, waiting: { ...clock, sleep } });
  await execute({ source: graphStore(MINE), root: MINE.root, target, tag: '1.0.0' });
}

const tagPuts = (): number =>
  registry?.requests.filter(({ method, url }) => method === 'PUT' && url.endsWith('/manifests/1.0.0'))
    .length ?? 0;

const busy = (path: string, skip = 0) =>
  ({
    path,
    skip,
    effect: { kind: 'status', status: 503, headers: { 'retry-after': '30' } },
  }) as const;

test('a release that somebody made while the registry wanted a pause is not replaced', async () => {
  const published = publish(THEIRS, { faults: [{ method: 'PUT', ...busy('/manifests/1.0.0') }] });
  await expect(published).rejects.toMatchObject({
    code: 'PUBLISH_RACE',
    message: expect.stringContaining(THEIRS.root.digest) as string,
  });
  expect(tagPuts()).toBe(1);
  expect(registry?.content.tags.get('owner/name 1.0.0')).toBe(THEIRS.root.digest);
});

test('nor one that was made while a token for the tag was waited for', async () => {
  const headers = { 'www-authenticate': 'Bearer realm="/v2/token"' };
  const expired = { kind: 'status', status: 401, headers } as const;
  const faults = [
    { method: 'PUT', path: '/manifests/1.0.0', effect: expired },
    // The tokens for reading and writing come at once, the renewed one does not.
    busy('/token', 2),
  ];
  await expect(publish(THEIRS, { login: LOGIN, faults })).rejects.toMatchObject({ code: 'PUBLISH_RACE' });
  expect(registry?.faults.left()).toBe(0);
  expect(registry?.content.tags.get('owner/name 1.0.0')).toBe(THEIRS.root.digest);
});

test('a tag that is ours already is not written again', async () => {
  await publish(MINE, { faults: [{ method: 'PUT', ...busy('/manifests/1.0.0') }] });
  expect(tagPuts()).toBe(1);
  expect(registry?.content.tags.get('owner/name 1.0.0')).toBe(MINE.root.digest);
});

test('a tag that stays free is written by the next attempt', async () => {
  await publish(undefined, { faults: [{ method: 'PUT', ...busy('/manifests/1.0.0') }] });
  expect(tagPuts()).toBe(2);
  expect(registry?.content.tags.get('owner/name 1.0.0')).toBe(MINE.root.digest);
});

test('of two releases into one layout at once one wins, and the tag is on it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'race-'));
  const results = await Promise.allSettled(
    [MINE, THEIRS].map((graph) => {
      const target = layoutStore(folder);
      return execute({ source: graphStore(graph), root: graph.root, target, tag: '1.0.0' });
    }),
  );
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const lost = results.find((result) => result.status === 'rejected');
  expect(lost?.reason).toMatchObject({ code: 'PUBLISH_RACE' });
  const winner = results[0]?.status === 'fulfilled' ? MINE : THEIRS;
  expect(await layoutStore(folder).resolve('1.0.0')).toEqual(winner.root);
  await rm(folder, { recursive: true });
});
