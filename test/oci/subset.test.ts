import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copy, fetchManifest, graphOf } from '../../scripts/oci/copy.ts';
import { digestOf } from '../../scripts/oci/digest.ts';
import { layoutStore } from '../../scripts/oci/layout.ts';
import { OCI_INDEX } from '../../scripts/oci/media-types.ts';
import { childrenOf, platformText } from '../../scripts/oci/manifest.ts';
import type { ContentStore, Descriptor } from '../../scripts/oci/store.ts';
import { subsetOf } from '../../scripts/oci/subset.ts';
import { pushImage } from '../helpers/images.ts';
import { describeBytes, graphStore, image, type Graph } from '../helpers/oci-graph.ts';

const PLATFORMS = ['linux/amd64', 'linux/arm64', 'linux/arm/v7'] as const;
const ATTESTED = 'vnd.docker.reference.digest';

let folder = '';
let store: ContentStore;
let root: Descriptor;
let children: readonly Descriptor[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'subset-'));
  store = layoutStore(join(folder, 'source'), 'the source');
  root = await pushImage(store, 'v1', { platforms: PLATFORMS, layers: 1, layerSize: 100, attested: true });
  children = await childrenIn(store, root);
});
afterAll(() => rm(folder, { recursive: true }));

async function childrenIn(from: ContentStore, index: Descriptor): Promise<readonly Descriptor[]> {
  return childrenOf(await fetchManifest(from, index), index.mediaType, '');
}

/** The descriptors of a platform: its image and that image's attestation. */
function pairOf(platform: string): readonly Descriptor[] {
  const own = children.find(
    (child) => child.platform !== undefined && platformText(child.platform) === platform,
  );
  return children.filter((child) => child === own || child.annotations?.[ATTESTED] === own?.digest);
}

/** An index of any text, with the images that it may name. */
function indexOf(text: string, images: readonly Graph[] = []): Graph {
  const bytes = Buffer.from(text);
  const contents = new Map(images.flatMap((each) => [...each.contents]));
  return {
    root: describeBytes(bytes, OCI_INDEX),
    contents: new Map([...contents, [digestOf(bytes), bytes]]),
  };
}

test('any platforms: their images with their attestations in the index’s order, another digest', async () => {
  const some = fc.subarray([...PLATFORMS], { minLength: 1, maxLength: PLATFORMS.length - 1 });
  await fc.assert(
    fc.asyncProperty(some.chain(fc.shuffledSubarray), fc.boolean(), async (drawn, twice) => {
      const wanted = drawn.length === 0 ? [PLATFORMS[0]] : drawn;
      const made = await subsetOf(store, root, twice ? [...wanted, ...wanted] : wanted);
      const expected = PLATFORMS.filter((platform) => wanted.includes(platform)).flatMap(pairOf);
      expect(expected).toHaveLength(2 * wanted.length);
      expect(await childrenIn(made.store, made.root)).toEqual(expected);
      expect(made.root.digest).not.toBe(root.digest);
      expect(made.root.mediaType).toBe(root.mediaType);
    }),
    { numRuns: 30 },
  );
});

test('the order in which the platforms are named does not change the digest', async () => {
  const [a, b] = [PLATFORMS[0], PLATFORMS[2]];
  expect((await subsetOf(store, root, [a, b])).root).toEqual((await subsetOf(store, root, [b, a])).root);
});

test('a copy is whole, tagged, and holds nothing of the platforms that are left out', async () => {
  const made = await subsetOf(store, root, ['linux/arm64']);
  const target = layoutStore(join(folder, 'target'));
  await copy(made.store, target, made.root, { tag: 'v1' });
  expect(await target.resolve('v1')).toMatchObject(made.root);
  // Index, image and attestation, each with a configuration and a layer.
  expect(await graphOf(target, made.root)).toHaveLength(7);
  for (const child of children)
    expect(await target.exists(child)).toBe(pairOf('linux/arm64').includes(child));
  expect(await target.exists(root)).toBe(false);
});

test('what the index says of itself stays: annotations, artifact type, subject', async () => {
  const images = [image('a', []), image('b', [])];
  const platforms = [
    { os: 'windows', architecture: 'amd64', 'os.version': '10.0.1' },
    { os: 'linux', architecture: 'amd64' },
    { os: 'windows', architecture: 'amd64', 'os.version': '10.0.2' },
  ];
  const manifests = platforms.map((platform, i) => ({ ...images[i % 2]?.root, platform }));
  const rest = {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    artifactType: 'a/b',
    subject: image('c', []).root,
    annotations: { 'org.opencontainers.image.created': '2026-01-01T00:00:00Z' },
  };
  const graph = indexOf(JSON.stringify({ ...rest, manifests }, null, 2), images);
  const made = await subsetOf(graphStore(graph), graph.root, ['windows/amd64']);
  const text = new TextDecoder().decode(await fetchManifest(made.store, made.root));
  // Both versions of one platform; the attestation's rule does not take the third.
  expect(JSON.parse(text)).toEqual({ ...rest, manifests: [manifests[0], manifests[2]] });
  expect(made.root).toEqual(describeBytes(Buffer.from(text), OCI_INDEX));
});

test('only the new index comes from memory; the rest is the store’s', async () => {
  const made = await subsetOf(store, root, ['linux/amd64']);
  expect(await made.store.exists(made.root)).toBe(true);
  expect(await store.exists(made.root)).toBe(false);
  const missing = { ...made.root, digest: `sha256:${'0'.repeat(64)}` };
  expect(await made.store.exists(missing)).toBe(false);
  await expect(made.store.fetch(missing)).rejects.toMatchObject({ code: 'OCI_NOT_FOUND' });
  expect(made.store.name).toBe('the source');
});

test.each([
  ['linux/riscv64', 'linux/riscv64'],
  ['linux/arm', 'linux/arm'],
  ['amd64', 'amd64'],
  ['Linux/amd64', 'Linux/amd64'],
])('%s, which the index does not have, is refused with those that it has', async (platform, named) => {
  const plain = layoutStore(join(folder, `plain ${platform.replaceAll('/', '-')}`), 'r.test/a/b');
  const index = await pushImage(plain, 'v1', {
    platforms: PLATFORMS,
    layers: 0,
    layerSize: 0,
    attested: true,
  });
  await expect(subsetOf(plain, index, ['linux/amd64', platform])).rejects.toMatchObject({
    code: 'USAGE',
    message: `r.test/a/b@${index.digest} has no platform ${named}; it has ${PLATFORMS.join(', ')}`,
  });
});

test.each([
  ['is no JSON', 'nonsense', / is not JSON$/],
  [
    'names something else',
    '{"manifests":[{"digest":"md5:1"}]}',
    / names \{"digest":"md5:1"\}, which is no descriptor/,
  ],
  ['has a list that is none', '{"manifests":[null]}', / names null, which is no descriptor/],
])('an index that %s is refused', async (_, text, message) => {
  const graph = indexOf(text);
  await expect(subsetOf(graphStore(graph), graph.root, ['linux/amd64'])).rejects.toMatchObject({
    code: 'OCI_MANIFEST',
    message: expect.stringMatching(message) as string,
  });
});

test('an image of one platform has nothing to leave out', async () => {
  const single = image('single', []);
  await expect(
    subsetOf(graphStore(single, 'r.test/a/b'), single.root, ['linux/amd64']),
  ).rejects.toMatchObject({
    code: 'OCI_MANIFEST',
    message: `r.test/a/b@${single.root.digest} is an image of one platform, nothing can be left out`,
  });
});
