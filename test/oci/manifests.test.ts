import { afterEach, beforeEach, expect, test } from 'vitest';
import { copy } from '../../scripts/oci/copy.ts';
import { digestOf, streamOf } from '../../scripts/oci/digest.ts';
import { DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from '../../scripts/oci/media-types.ts';
import type { Effect } from '../helpers/fake-faults.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { bytesOf, describeBytes, graphStore, image, withRoot, type Graph } from '../helpers/oci-graph.ts';
import { openOn } from './registry-setup.ts';

const GRAPH = image('manifests', [bytesOf('manifests', 1000)]);

let registry: FakeRegistry;
beforeEach(async () => {
  registry = await fakeRegistry();
});
afterEach(() => registry.close());

const header = (name: string, value: string): Effect => ({ kind: 'header', name, value });

/** A list of two images as docker push makes them (image manifest v2, schema 2). */
function dockerImage(): Graph {
  const contents = new Map<string, Uint8Array>();
  const add = (bytes: Uint8Array, mediaType: string): object => {
    contents.set(digestOf(bytes), bytes);
    return describeBytes(bytes, mediaType);
  };
  const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));
  const manifests = ['amd64', 'arm64'].map((architecture) => {
    const config = add(json({ architecture }), 'application/vnd.docker.container.image.v1+json');
    const layer = add(bytesOf(architecture, 100), 'application/vnd.docker.image.rootfs.diff.tar.gzip');
    const text = json({ schemaVersion: 2, mediaType: DOCKER_MANIFEST, config, layers: [layer] });
    return { ...add(text, DOCKER_MANIFEST), platform: { os: 'linux', architecture } };
  });
  const list = json({ schemaVersion: 2, mediaType: DOCKER_LIST, manifests });
  add(list, DOCKER_LIST);
  return { root: describeBytes(list, DOCKER_LIST), contents };
}

test('an image of Docker’s own media types is copied whole, each manifest under its type', async () => {
  const graph = dockerImage();
  const store = await openOn(registry.host);
  await copy(graphStore(graph), store, graph.root, { tag: 'v1' });
  expect(await store.resolve('v1')).toEqual(graph.root);
  expect([...registry.content.manifests.values()].map(({ mediaType }) => mediaType).toSorted()).toEqual(
    [DOCKER_LIST, DOCKER_MANIFEST, DOCKER_MANIFEST].toSorted(),
  );
  const other = store.sibling('owner/other');
  await copy(store, other, graph.root, { tag: 'v1' });
  for (const [digest, bytes] of graph.contents) {
    const { blobs, manifests } = registry.content;
    const found = blobs.get(`owner/other ${digest}`) ?? manifests.get(`owner/other ${digest}`)?.bytes;
    expect(found?.equals(bytes)).toBe(true);
  }
});

test('all four types are accepted, whether a manifest is read or only looked for', async () => {
  const store = await openOn(registry.host);
  await store.resolve('v1');
  await store.exists(GRAPH.root);
  const accepts = registry.requests.map(({ headers }) => headers.accept?.split(', ').toSorted());
  const all = [DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST].toSorted();
  expect(accepts).toEqual([all, all]);
});

test('what has another size than it should have is not there', async () => {
  const store = await openOn(registry.host);
  await copy(graphStore(GRAPH), store, GRAPH.root);
  const blob = describeBytes(bytesOf('manifests', 1000));
  for (const descriptor of [GRAPH.root, blob]) {
    expect(await store.exists(descriptor)).toBe(true);
    registry.faults.add({ method: 'HEAD', effect: header('content-length', String(descriptor.size - 1)) });
    expect(await store.exists(descriptor)).toBe(false);
  }
});

test('what the registry calls something else than it is, is not there as that', async () => {
  const store = await openOn(registry.host);
  await copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'v1' });
  registry.faults.add({ method: 'HEAD', effect: header('content-type', DOCKER_MANIFEST) });
  expect(await store.exists(GRAPH.root)).toBe(false);
  registry.faults.add({ method: 'GET', effect: header('content-type', DOCKER_MANIFEST) });
  await expect(store.resolve('v1')).rejects.toMatchObject({
    code: 'OCI_MANIFEST',
    message: expect.stringContaining(`is served as ${DOCKER_MANIFEST}, but it is ${OCI_MANIFEST}`) as string,
  });
});

// Measured on Distribution 2.8: while another stores the same blob once more.
test.each([1, 2])('a manifest whose blob the registry does not know for a moment (%i)', async (times) => {
  const body = '{"errors":[{"code":"DIGEST_INVALID"},{"code":"MANIFEST_BLOB_UNKNOWN"}]}';
  registry.faults.add({
    method: 'PUT',
    path: '/manifests/',
    times,
    effect: { kind: 'status', status: 400, body },
  });
  const copied = copy(graphStore(GRAPH), await openOn(registry.host), GRAPH.root, { tag: 'v1' });
  if (times === 1) await copied;
  else await expect(copied).rejects.toMatchObject({ code: 'REGISTRY_ANSWER' });
  expect(registry.content.tags.size).toBe(2 - times);
});

test('what is answered 404 is not there, whatever length the answer states', async () => {
  const store = await openOn(registry.host);
  for (const descriptor of [GRAPH.root, describeBytes(bytesOf('manifests', 1000))]) {
    const headers = { 'content-length': String(descriptor.size) };
    registry.faults.add({ method: 'HEAD', effect: { kind: 'status', status: 404, headers } });
    expect(await store.exists(descriptor)).toBe(false);
  }
});

test('a manifest without a media type that comes as text/plain is what its members show', async () => {
  const config = bytesOf('plain', 10);
  const members = { mediaType: undefined, config: describeBytes(config), layers: [] };
  const graph = withRoot(OCI_MANIFEST, members, [config]);
  const store = await openOn(registry.host);
  await copy(graphStore(graph), store, graph.root, { tag: 'v1' });
  registry.faults.add({ method: 'GET', effect: header('content-type', 'text/plain; charset=utf-8') });
  expect(await store.resolve('v1')).toEqual(graph.root);
});

test('a registry that says it stored something else than was sent is not believed', async () => {
  const store = await openOn(registry.host);
  await copy(graphStore(GRAPH), store, GRAPH.root);
  const stored = `sha256:${'0'.repeat(64)}`;
  registry.faults.add({ method: 'PUT', effect: header('docker-content-digest', stored) });
  await expect(store.tag(GRAPH.root, 'v1')).rejects.toMatchObject({
    code: 'OCI_DIGEST',
    message: expect.stringContaining(`the registry says ${stored}`) as string,
  });
  registry.faults.add({ method: 'PUT', effect: header('docker-content-digest', stored) });
  const text = Buffer.from('{"schemaVersion":2,"manifests":[]}');
  const pushed = store.push(describeBytes(text, OCI_INDEX), async () => streamOf(text));
  await expect(pushed).rejects.toMatchObject({ code: 'OCI_DIGEST' });
});
