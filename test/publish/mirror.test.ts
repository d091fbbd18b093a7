import { afterEach, beforeEach, expect, test } from 'vitest';
import { copy } from '../../scripts/oci/copy.ts';
import { mirrorPublication, type Mirror } from '../../scripts/publish/mirror.ts';
import type { PinnedImage } from '../../scripts/images/pinned.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { listener } from '../helpers/silent.ts';
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
  const to = { mirror: `oci://${registry.host}/own`, open, tell: listener(notes), ...options };
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
  const to = { mirror: `oci://${registry.host}/own`, open, tell: listener() };
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

test('what the mirror holds is not asked for at its source, which may have dropped it', async () => {
  await put(GRAPH, 'own/tool');
  const { publication } = await mirror();
  expect(publication).toMatchObject({ tag: 'v1', root: GRAPH.root });
  expect(publication.source).toBe(publication.target);
  // A mirror that has lost a layer needs its source.
  const [blob = ''] = [...registry.content.blobs.keys()];
  registry.content.blobs.delete(blob);
  await expect(mirror()).rejects.toMatchObject({ code: 'OCI_NOT_FOUND' });
  await put(GRAPH, 'up/tool');
  expect((await mirror()).publication.source.name).toBe(`${registry.host}/up/tool`);
});
