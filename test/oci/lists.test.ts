import { describe, expect, test } from 'vitest';
import { copy } from '../../scripts/oci/copy.ts';
import { streamOf } from '../../scripts/oci/digest.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../../scripts/oci/media-types.ts';
import type { ContentStore, Descriptor } from '../../scripts/oci/store.ts';
import type { RegistryFault } from '../helpers/fake-faults.ts';
import type { FakeRegistry } from '../helpers/fake-registry.ts';
import { bytesOf, describeBytes, graphStore, image } from '../helpers/oci-graph.ts';
import { fakeRegistries, openOn } from './registry-setup.ts';

const GRAPH = image('lists', [bytesOf('lists', 1000)]);

const start = fakeRegistries();

/** Pushes the bytes of a manifest or of a blob. */
async function push(store: ContentStore, text: string, mediaType: string): Promise<Descriptor> {
  const descriptor = describeBytes(Buffer.from(text), mediaType);
  await store.push(descriptor, async () => streamOf(Buffer.from(text)));
  return descriptor;
}

/** Pushes signatures of the graph; the first `n`. */
async function sign(store: ContentStore, n: number): Promise<readonly Descriptor[]> {
  const config = await push(store, '{}', 'application/vnd.oci.empty.v1+json');
  const signatures: Descriptor[] = [];
  for (let i = 0; i < n; i++) {
    const { mediaType } = GRAPH.root;
    const json = {
      schemaVersion: 2,
      mediaType,
      config,
      layers: [],
      subject: GRAPH.root,
      annotations: { i: `${i}` },
    };
    signatures.push(await push(store, JSON.stringify(json), mediaType));
  }
  return signatures;
}

const link = (path: string, value: string, times = 1): RegistryFault => ({
  path,
  times,
  effect: { kind: 'header', name: 'link', value },
});

/** A page of tags, with a link to the next. */
const page = (n: number, tags: readonly string[]): RegistryFault => ({
  path: '/tags/',
  effect: {
    kind: 'status',
    status: 200,
    headers: { link: `</v2/owner/name/tags/list?page=${n + 1}>; rel="next"` },
    body: JSON.stringify({ tags }),
  },
});

const asked = ({ requests }: FakeRegistry, part: string): readonly string[] =>
  requests.map(({ url }) => url).filter((url) => url.includes(part));

describe.each(['distribution', 'gitea'] as const)('lists of %s', (flavour) => {
  test('all tags over several pages, and none', async () => {
    const registry = await start({ flavour });
    const store = await openOn(registry.host);
    expect(await store.tags()).toEqual([]);
    await copy(graphStore(GRAPH), store, GRAPH.root);
    for (const tag of ['e', 'b', 'd', 'a', 'c']) await store.tag(GRAPH.root, tag);
    expect(await store.tags()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('referrers by the API, over several pages, or by the tag', async () => {
    const registry = await start({ flavour });
    const store = await openOn(registry.host);
    expect(await store.referrers(GRAPH.root.digest)).toEqual([]);
    await copy(graphStore(GRAPH), store, GRAPH.root);
    const signatures = await sign(store, 5);
    const list = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: signatures });
    await store.tag(await push(store, list, OCI_INDEX), GRAPH.root.digest.replace(':', '-'));
    expect(await store.referrers(GRAPH.root.digest)).toEqual(signatures);
  });
});

test('Gitea’s Link on its last page leads to an empty one, which is the end', async () => {
  const registry = await start({ flavour: 'gitea' });
  const store = await openOn(registry.host);
  await copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'a' });
  await store.tag(GRAPH.root, 'b');
  expect(await store.tags()).toEqual(['a', 'b']);
  expect(asked(registry, '/tags/')).toEqual(['/v2/owner/name/tags/list', '/v2/owner/name/tags/list?last=b']);
});

test('a Link that leads back to itself ends', async () => {
  const faults = [link('/tags/', '</v2/owner/name/tags/list>; rel="next"', 99)];
  const registry = await start({ faults });
  const store = await openOn(registry.host);
  await copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'a' });
  expect(await store.tags()).toEqual(['a']);
});

test('so do Links that always lead to another page with the same tags', async () => {
  const faults = Array.from({ length: 50 }, (_, n) => page(n, ['a', 'b']));
  const registry = await start({ faults });
  expect(await (await openOn(registry.host)).tags()).toEqual(['a', 'b']);
  expect(asked(registry, '/tags/')).toHaveLength(2);
});

test('pages that never end with tags that are always new are refused, not taken for a whole list', async () => {
  const faults = Array.from({ length: 1001 }, (_, n) => page(n, [`tag-${n}`]));
  const registry = await start({ faults });
  await expect((await openOn(registry.host)).tags()).rejects.toMatchObject({
    code: 'REGISTRY_ANSWER',
    message: expect.stringContaining('more than 1000 pages') as string,
  });
});

test('a next page at an internal address of another host is refused', async () => {
  const registry = await start({ faults: [link('/tags/', '<http://10.0.0.1/v2/>; rel="next"')] });
  const store = await openOn(registry.host);
  await copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'a' });
  await expect(store.tags()).rejects.toMatchObject({
    code: 'REGISTRY_REDIRECT',
    message: expect.stringContaining('the next page') as string,
  });
});

test.each([400, 404, 405])('referrers that are answered %i are those of the tag', async (status) => {
  const registry = await start();
  const store = await openOn(registry.host);
  await copy(graphStore(GRAPH), store, GRAPH.root);
  const signatures = await sign(store, 1);
  const list = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: signatures });
  await store.tag(await push(store, list, OCI_INDEX), GRAPH.root.digest.replace(':', '-'));
  registry.faults.add({ path: '/referrers/', effect: { kind: 'status', status } });
  expect(await store.referrers(GRAPH.root.digest)).toEqual(signatures);
  expect(asked(registry, '/manifests/').at(-1)).toContain(GRAPH.root.digest.replace(':', '-'));
});

test('a tag for referrers that names an image is refused', async () => {
  const registry = await start({ flavour: 'gitea' });
  const store = await openOn(registry.host);
  await copy(graphStore(GRAPH), store, GRAPH.root, { tag: GRAPH.root.digest.replace(':', '-') });
  await expect(store.referrers(GRAPH.root.digest)).rejects.toMatchObject({
    code: 'OCI_MANIFEST',
    message: expect.stringContaining(`the tag names ${OCI_MANIFEST}, not an index`) as string,
  });
});

test('a later page that is missing, or is something else, makes no whole list of the others', async () => {
  const registry = await start();
  const store = await openOn(registry.host);
  await copy(graphStore(GRAPH), store, GRAPH.root);
  for (const tag of ['a', 'b', 'c']) await store.tag(GRAPH.root, tag);
  await sign(store, 3);
  const later = (path: string, effect: RegistryFault['effect']): void =>
    registry.faults.add({ path, skip: 1, effect });
  for (const path of ['/tags/', '/referrers/']) {
    later(path, { kind: 'status', status: 404 });
    const listed = path === '/tags/' ? store.tags() : store.referrers(GRAPH.root.digest);
    await expect(listed).rejects.toMatchObject({
      code: 'REGISTRY_ANSWER',
      message: expect.stringMatching(/answered 404/) as string,
    });
  }
  later('/referrers/', { kind: 'status', status: 200, body: '{}' });
  await expect(store.referrers(GRAPH.root.digest)).rejects.toThrow(
    /referrers of sha256:\w+: page 2 is no index/,
  );
});

const tagsAs = (body: string): RegistryFault => ({
  path: '/tags/',
  effect: { kind: 'status', status: 200, body },
});

test.each([
  ['{"tags":[{"toString":1}]}', 'has tags that are no list of names'],
  ['{"tags":{"a":1}}', 'has tags that are no list of names'],
  [`{"tags":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'is JSON of 100001 levels, more than 64'],
  ['<html>', 'is not JSON'],
])('tags as %.30s are refused', async (body, reason) => {
  const registry = await start({ faults: [tagsAs(body)] });
  await expect((await openOn(registry.host)).tags()).rejects.toMatchObject({
    code: 'REGISTRY_ANSWER',
    message: `http://${registry.host}/v2/owner/name/tags/list: the answer ${reason}`,
  });
});

test('pages that together are longer than any list are refused before they fill the memory', async () => {
  const faults = Array.from({ length: 5 }, (_, n) => page(n, [`${n}`.padEnd(5_000_000, 'x')]));
  const registry = await start({ faults });
  await expect((await openOn(registry.host)).tags()).rejects.toMatchObject({
    code: 'REGISTRY_ANSWER',
    message: expect.stringContaining('or 16777216 bytes') as string,
  });
  expect(asked(registry, '/tags/')).toHaveLength(4);
});

test('what is pushed is listed under its subject by us, where the registry does not do it', async () => {
  const registry = await start({ flavour: 'gitea' });
  const store = await openOn(registry.host);
  await copy(graphStore(GRAPH), store, GRAPH.root);
  expect(asked(registry, '/manifests/sha256-')).toEqual([]);
  const signatures = await sign(store, 3);
  expect(await store.referrers(GRAPH.root.digest)).toMatchObject(signatures);
  // Again: nothing is listed twice, and nothing is written.
  await sign(store, 3);
  const index = registry.content.manifests.get(
    `owner/name ${registry.content.tags.get(`owner/name ${GRAPH.root.digest.replace(':', '-')}`)}`,
  );
  expect(JSON.parse(String(index?.bytes))).toEqual({
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: signatures.map(({ mediaType, digest, size }, i) => ({
      mediaType,
      digest,
      size,
      artifactType: 'application/vnd.oci.empty.v1+json',
      annotations: { i: `${i}` },
    })),
  });
});

test('several that are pushed at once to one subject are all listed', async () => {
  const registry = await start({ flavour: 'gitea' });
  const store = await openOn(registry.host);
  await copy(graphStore(GRAPH), store, GRAPH.root);
  const signed = ['a', 'b', 'c', 'd'].map((artifactType) => {
    const { mediaType } = GRAPH.root;
    const json = { schemaVersion: 2, mediaType, artifactType, layers: [], subject: GRAPH.root };
    return push(store, JSON.stringify(json), mediaType);
  });
  const digests = (await Promise.all(signed)).map(({ digest }) => digest);
  const listed = (await store.referrers(GRAPH.root.digest)).map(({ digest }) => digest);
  expect(listed.toSorted()).toEqual(digests.toSorted());
});

test('a registry that says by OCI-Subject that it lists it is believed', async () => {
  const registry = await start();
  const store = await openOn(registry.host);
  await copy(graphStore(GRAPH), store, GRAPH.root);
  const effect = { kind: 'header', name: 'oci-subject', value: GRAPH.root.digest } as const;
  registry.faults.add({ method: 'PUT', path: '/manifests/', times: 9, effect });
  const signatures = await sign(store, 1);
  expect(asked(registry, '/manifests/sha256-')).toEqual([]);
  expect(await store.referrers(GRAPH.root.digest)).toEqual(signatures);
});
