import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type * as FsPromises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { copy, graphOf } from '../../scripts/oci/copy.ts';
import { layoutStore, layoutTags, readIndex } from '../../scripts/oci/layout.ts';
import { isManifest } from '../../scripts/oci/media-types.ts';
import { graphStore, image, multiArch } from '../helpers/oci-graph.ts';

/** A disk that is full after so many bytes, and what was flushed to it; the rest of node:fs is the real one. */
const disk = vi.hoisted(() => ({ left: Infinity, synced: [] as string[] }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FsPromises>();
  /** Writes what still fits. */
  const fitting = async (data: Uint8Array, write: (part: Uint8Array) => Promise<void>): Promise<void> => {
    const part = data.subarray(0, Math.max(disk.left, 0));
    disk.left -= data.byteLength;
    await write(part);
    if (disk.left < 0)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };
  return {
    ...real,
    open: async (...args: Parameters<typeof real.open>) => {
      const file = await real.open(...args);
      const write = file.writeFile.bind(file);
      file.writeFile = async (data, options) =>
        fitting(Buffer.from(data as string), (part) => write(part, options));
      const sync = file.sync.bind(file);
      file.sync = async () => {
        disk.synced.push(String(args[0]));
        return sync();
      };
      return file;
    },
    writeFile: async (...args: Parameters<typeof real.writeFile>) => {
      const [path, data, options] = args;
      if ((options as { readonly flush?: boolean } | undefined)?.flush === true)
        disk.synced.push(String(path));
      return fitting(Buffer.from(data as string), (part) => real.writeFile(path, part, options));
    },
  };
});

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layout-'));
});
afterEach(async () => {
  disk.left = Infinity;
  await rm(folder, { recursive: true });
});

const GRAPH = multiArch('layout');

test('what is written is a layout that others read', async () => {
  await copy(graphStore(GRAPH), layoutStore(folder), GRAPH.root, { tag: 'v1' });
  expect(JSON.parse(await readFile(join(folder, 'oci-layout'), 'utf8'))).toEqual({
    imageLayoutVersion: '1.0.0',
  });
  expect(JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'))).toEqual({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [{ ...GRAPH.root, annotations: { 'org.opencontainers.image.ref.name': 'v1' } }],
  });
  const blobs = await readdir(join(folder, 'blobs', 'sha256'));
  expect(blobs.map((hex) => `sha256:${hex}`).toSorted()).toEqual([...GRAPH.contents.keys()].toSorted());
  expect([...(await layoutTags(folder))]).toEqual([['v1', GRAPH.root]]);
});

test('a tag that is put elsewhere and back has one entry', async () => {
  const graphs = [image('one', []), image('two', []), image('one', [])];
  for (const graph of graphs) {
    await copy(graphStore(graph), layoutStore(folder), graph.root, { tag: 'v1' });
    const { manifests } = await readIndex(folder);
    expect(manifests.map(({ digest }) => digest)).toEqual([graph.root.digest]);
  }
});

test('several writers of one layout lose no tag', async () => {
  const graphs = Array.from({ length: 12 }, (_, i) => image(`writer ${i}`, []));
  await Promise.all(
    graphs.map((graph, i) => copy(graphStore(graph), layoutStore(folder), graph.root, { tag: `v${i}` })),
  );
  const tags = await layoutTags(folder);
  expect(graphs.map((_, i) => tags.get(`v${i}`))).toEqual(graphs.map(({ root }) => root));
});

test.each([
  ['new', undefined],
  ['with a tag', image('before', [])],
])(
  'a disk that is full at any byte of a layout that is %s: said so, nothing half; then it goes on',
  async (_, before) => {
    const whole = [...GRAPH.contents.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    // Behind the blobs come the lock, which is short, and the index, which is not.
    for (const left of [0, 40, 5000, 15_000, 25_000, whole - 1, whole + 250]) {
      const directory = join(folder, String(left));
      const store = layoutStore(directory);
      if (before !== undefined) await copy(graphStore(before), store, before.root, { tag: 'v0' });
      disk.left = left;
      await expect(copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'v1' })).rejects.toMatchObject({
        code: 'DISK_FULL',
      });
      expect(await store.resolve('v1')).toBeUndefined();
      expect(await store.resolve('v0')).toEqual(before?.root);
      disk.left = Infinity;
      const files = await readdir(directory, { recursive: true });
      expect(files.filter((file) => file.endsWith('.tmp') || file.endsWith('.lock'))).toEqual([]);
      await copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'v1' });
      expect(await store.resolve('v1')).toEqual(GRAPH.root);
    }
  },
);

test.each([0, 10])('a disk that has %i bytes left for the index: no lock is left behind', async (left) => {
  const store = layoutStore(folder);
  await copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'v1' });
  disk.left = left;
  await expect(store.tag(GRAPH.root, 'v2')).rejects.toMatchObject({ code: 'DISK_FULL' });
  disk.left = Infinity;
  expect((await readdir(folder)).toSorted()).toEqual(['blobs', 'index.json', 'oci-layout']);
  await store.tag(GRAPH.root, 'v2');
  expect(await store.resolve('v2')).toEqual(GRAPH.root);
});

test('manifests and the index are flushed to the disk before they get their names', async () => {
  disk.synced.length = 0;
  await copy(graphStore(GRAPH), layoutStore(folder), GRAPH.root, { tag: 'v1' });
  const manifests = (await graphOf(graphStore(GRAPH), GRAPH.root)).filter(({ mediaType }) =>
    isManifest(mediaType),
  );
  const expected = [
    ...manifests.map(({ digest }) => digest.replace('sha256:', 'blobs/sha256/')),
    'index.json',
  ];
  const names = disk.synced.map((path) => path.slice(folder.length + 1).replace(/\.\d+@.*$/, ''));
  expect(names.toSorted()).toEqual(expected.toSorted());
});

test('a blob that is not what its name says, of the right size too, is not there and is written anew', async () => {
  await copy(graphStore(GRAPH), layoutStore(folder), GRAPH.root, { tag: 'v1' });
  for (const descriptor of await graphOf(graphStore(GRAPH), GRAPH.root)) {
    const path = join(folder, 'blobs', ...descriptor.digest.split(':'));
    const bytes = await readFile(path);
    const damaged = Uint8Array.from(bytes, (byte, i) => (i === 5 ? byte ^ 1 : byte));
    await writeFile(path, damaged, {});
    const store = layoutStore(folder);
    expect(await store.exists(descriptor)).toBe(false);
    // What leads to it is not whole either, or a copy would skip all of it.
    expect(await store.exists(GRAPH.root)).toBe(false);
    await copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'v1' });
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
    expect(await store.exists(GRAPH.root)).toBe(true);
  }
});

test.each([
  '{',
  '{"schemaVersion":2}',
  '[]',
  'null',
  '{"manifests":[null]}',
  `{"manifests":[],"more":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
  '{"manifests":[{"mediaType":"a/b","digest":"sha512:../../../etc/passwd","size":1}]}',
  '{"manifests":[{"mediaType":"a/b","digest":"..:passwd","size":1}]}',
  '{"manifests":[{"mediaType":"a/b","digest":"sha256:../../../etc/passwd","size":1}]}',
  `{"manifests":[{"mediaType":"a/b","digest":"sha256:${'a'.repeat(64)}","size":1,"annotations":{"org.opencontainers.image.ref.name":5}}]}`,
])('an index.json that is %.80s is refused', async (text) => {
  await writeFile(join(folder, 'index.json'), text, {});
  await expect(layoutStore(folder).resolve('v1')).rejects.toMatchObject({ code: 'OCI_LAYOUT' });
  await expect(layoutTags(folder)).rejects.toMatchObject({ code: 'OCI_LAYOUT' });
});

test('an entry by another algorithm stays, its tag is taken, and what it names is not taken unchecked', async () => {
  const digest = `sha512:${'ab'.repeat(64)}`;
  const entry = {
    mediaType: GRAPH.root.mediaType,
    digest,
    size: 1,
    annotations: { 'org.opencontainers.image.ref.name': 'theirs' },
  };
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }), {});
  const store = layoutStore(folder);
  await copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'v1' });
  expect((await layoutTags(folder)).get('theirs')?.digest).toBe(digest);
  expect(JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'))).toMatchObject({
    manifests: expect.arrayContaining([entry]) as unknown[],
  });
  const theirs = await store.resolve('theirs');
  await mkdir(join(folder, 'blobs', 'sha512'));
  await writeFile(join(folder, 'blobs', ...digest.split(':')), '{', {});
  await expect(graphOf(store, theirs ?? GRAPH.root)).rejects.toMatchObject({
    code: 'OCI_DIGEST',
    message: expect.stringContaining(`${digest} is no sha256 digest`) as string,
  });
});

test('a digest that is no sha256 is refused before anything is written', async () => {
  const descriptor = { mediaType: 'a/b', digest: 'md5:../../etc', size: 1 };
  await expect(
    layoutStore(folder).push(descriptor, () => Promise.reject(new Error('must not be read'))),
  ).rejects.toMatchObject({ code: 'OCI_DIGEST' });
  expect(await readdir(folder)).toEqual([]);
});
