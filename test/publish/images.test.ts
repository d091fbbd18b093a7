import { afterEach, beforeEach, expect, test } from 'vitest';
import { copy } from '../../scripts/oci/copy.ts';
import {
  checkImage,
  mirrorPublication,
  refuseMissingImages,
  type ImageCheck,
  type Mirror,
  type PinnedImage,
} from '../../scripts/publish/images.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { silent } from '../helpers/silent.ts';
import { graphStore, image, multiArch, type Graph } from '../helpers/oci-graph.ts';
import { openOn } from '../oci/registry-setup.ts';

const GRAPH = multiArch('pinned', 500);
const OTHER = image('what upstream moved its tag to', []);

let registry: FakeRegistry;
beforeEach(async () => {
  registry = await fakeRegistry();
});
afterEach(() => registry.close());

const open: Mirror['open'] = ({ registry: host, repository }) => openOn(host, repository);

function pinned(host = registry.host): PinnedImage {
  const from = { registry: host, repository: 'up/tool' };
  return { value: 'image', from, tag: 'v1', digest: GRAPH.root.digest };
}

async function put(graph: Graph, repository: string, tag = 'v1'): Promise<void> {
  await copy(graphStore(graph), await openOn(registry.host, repository), graph.root, { tag });
}

async function mirror(options: Partial<Mirror> = {}) {
  const notes: string[] = [];
  const to = { mirror: `oci://${registry.host}/own`, open, out: silent(notes), ...options };
  return { publication: await mirrorPublication(pinned(), to), notes };
}

test('a mirror within one registry mounts; the spelling of its name does not matter', async () => {
  await put(GRAPH, 'up/tool');
  const { publication, notes } = await mirror({
    mirror: `OCI://LOCALHOST:${registry.host.split(':')[1]}/own/`,
  });
  expect(publication.target.name).toBe(`localhost:${registry.host.split(':')[1]}/own/tool`);
  expect(publication.mountFrom).toBeUndefined();
  expect((await mirror()).publication).toMatchObject({ tag: 'v1', mountFrom: 'up/tool', root: GRAPH.root });
  expect(notes).toEqual([]);
});

test('a tag that is on another image stays; the pinned one has a tag with its digest', async () => {
  await put(GRAPH, 'up/tool');
  await put(OTHER, 'own/tool');
  const { publication, notes } = await mirror();
  const tag = `v1-${GRAPH.root.digest.slice('sha256:'.length)}`;
  expect(publication.tag).toBe(tag);
  expect(notes).toEqual([
    `${registry.host}/own/tool:v1 is another image, which stays; this one is tagged ${tag}`,
  ]);
});

test('a tag that is too long for the digest gives way, so that all of the digest is there', async () => {
  await put(GRAPH, 'up/tool');
  await put(OTHER, 'own/tool', 'v'.repeat(128));
  const image128 = { ...pinned(), tag: 'v'.repeat(128) };
  const to = { mirror: `oci://${registry.host}/own`, open, out: silent() };
  const { tag } = await mirrorPublication(image128, to);
  expect(tag).toHaveLength(128);
  expect(tag).toBe(`${'v'.repeat(63)}-${GRAPH.root.digest.slice('sha256:'.length)}`);
});

test('some platforms are another image, with a tag of its own', async () => {
  await put(GRAPH, 'up/tool');
  const platforms = ['linux/arm64', 'linux/amd64', 'linux/arm64'];
  const { publication } = await mirror({ platforms: platforms.slice(0, 1) });
  expect(publication.tag).toBe('v1-linux-arm64');
  expect(publication.root.digest).not.toBe(GRAPH.root.digest);
  expect((await mirror({ platforms })).publication.tag).toBe('v1-linux-amd64-linux-arm64');
});

test('an image that the source does not have is named', async () => {
  await expect(mirror()).rejects.toMatchObject({
    code: 'OCI_NOT_FOUND',
    message: `${registry.host}/up/tool does not have ${GRAPH.root.digest}`,
  });
});

async function check(): Promise<ImageCheck> {
  return checkImage(pinned(), pinned().from, open);
}

test('an image is complete, then lacks a layer, then is gone, then out of reach', async () => {
  await put(GRAPH, 'up/tool');
  expect(await check()).toMatchObject({ state: 'complete', reason: '', store: `${registry.host}/up/tool` });

  const [blob = ''] = [...registry.content.blobs.keys()];
  registry.content.blobs.delete(blob);
  expect(await check()).toMatchObject({ state: 'missing' });

  // A child of the index, which the look at the whole graph needs.
  const child = [...registry.content.manifests.keys()].find((key) => !key.includes(GRAPH.root.digest)) ?? '';
  registry.content.manifests.delete(child);
  expect(await check()).toMatchObject({ state: 'missing', reason: '' });

  registry.content.manifests.clear();
  expect(await check()).toMatchObject({ state: 'missing' });

  registry.faults.add({ times: 99, effect: { kind: 'status', status: 403 } });
  expect(await check()).toMatchObject({
    state: 'unchecked',
    reason: expect.stringContaining('403') as string,
  });
});

const CHECKS = (['complete', 'missing', 'unchecked'] as const).map((state): ImageCheck => {
  const reason = state === 'unchecked' ? 'nothing listens there' : '';
  return { image: pinnedAt(state), store: `git.example.org/own/${state}`, state, reason };
});

function pinnedAt(name: string): PinnedImage {
  return {
    value: name,
    from: { registry: 'ghcr.io', repository: name },
    tag: 'v1',
    digest: `sha256:${name}`,
  };
}

test('a mirror must have every image; one that cannot be asked is not known to', () => {
  const [complete, missing, unchecked] = CHECKS as [ImageCheck, ImageCheck, ImageCheck];
  const mirrorName = 'oci://git.example.org/own';
  expect(() => refuseMissingImages([complete], mirrorName)).not.toThrow();
  expect(() => refuseMissingImages([complete, missing, unchecked], mirrorName)).toThrow(
    expect.objectContaining({
      code: 'MIRROR_INCOMPLETE',
      message: [
        'The mirror does not hold every pinned image:',
        '  git.example.org/own/missing@sha256:missing: missing',
        '  git.example.org/own/unchecked@sha256:unchecked: unchecked (nothing listens there)',
      ].join('\n'),
      hint: 'Run npm run mirror, or release with --mirror-images.',
    }),
  );
});

test('upstream’s registry may be out of reach, but must have what it is asked for', () => {
  const [complete, missing, unchecked] = CHECKS as [ImageCheck, ImageCheck, ImageCheck];
  expect(() => refuseMissingImages([complete, unchecked], undefined)).not.toThrow();
  expect(() => refuseMissingImages([complete, missing], undefined)).toThrow(
    expect.objectContaining({ code: 'OCI_NOT_FOUND' }),
  );
});
