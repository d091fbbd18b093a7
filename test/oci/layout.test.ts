import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type * as FsPromises from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { copy } from '../../scripts/oci/copy.ts';
import { layoutStore, layoutTags } from '../../scripts/oci/layout.ts';
import { graphStore, image, multiArch } from '../helpers/oci-graph.ts';

/** A disk that is full after so many bytes; the rest of node:fs is the real one. */
const disk = vi.hoisted(() => ({ left: Infinity }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FsPromises>();
  const full = (size: number): void => {
    disk.left -= size;
    if (disk.left < 0)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };
  return {
    ...real,
    open: async (...args: Parameters<typeof real.open>) => {
      const file = await real.open(...args);
      const write = file.writeFile.bind(file);
      file.writeFile = async (data, options) => {
        full(Buffer.byteLength(data));
        return write(data, options);
      };
      return file;
    },
    writeFile: async (...args: Parameters<typeof real.writeFile>) => {
      full(Buffer.byteLength(args[1] as string));
      return real.writeFile(...args);
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

test('several writers of one layout lose no tag', async () => {
  const graphs = Array.from({ length: 12 }, (_, i) => image(`writer ${i}`, []));
  await Promise.all(
    graphs.map((graph, i) => copy(graphStore(graph), layoutStore(folder), graph.root, { tag: `v${i}` })),
  );
  const tags = await layoutTags(folder);
  expect(graphs.map((_, i) => tags.get(`v${i}`))).toEqual(graphs.map(({ root }) => root));
});

test('a disk that is full at any byte: said so, no tag, nothing half; then it goes on', async () => {
  const whole = [...GRAPH.contents.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  for (const left of [0, 40, 5000, 15_000, 25_000, whole, whole + 100]) {
    const directory = join(folder, String(left));
    const store = layoutStore(directory);
    disk.left = left;
    await expect(copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'v1' })).rejects.toMatchObject({
      code: 'DISK_FULL',
    });
    expect(await store.resolve('v1')).toBeUndefined();
    disk.left = Infinity;
    const files = await readdir(directory, { recursive: true });
    expect(files.filter((file) => file.endsWith('.tmp') || file.endsWith('.lock'))).toEqual([]);
    await copy(graphStore(GRAPH), store, GRAPH.root, { tag: 'v1' });
    expect(await store.resolve('v1')).toEqual(GRAPH.root);
  }
});

test('the lock of a process that died is taken over at once', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'index.json.lock'), `${hostname()} ${pid}`);
  const before = performance.now();
  await copy(graphStore(GRAPH), layoutStore(folder), GRAPH.root, { tag: 'v1' });
  expect(performance.now() - before).toBeLessThan(2000);
});

test.each([
  '{',
  '{"schemaVersion":2}',
  '[]',
  'null',
  '{"manifests":[null]}',
  '{"manifests":[{"mediaType":"a/b","digest":"sha256:../../../etc/passwd","size":1}]}',
  `{"manifests":[{"mediaType":"a/b","digest":"sha256:${'a'.repeat(64)}","size":1,"annotations":{"org.opencontainers.image.ref.name":5}}]}`,
])('an index.json that is %s is refused', async (text) => {
  await writeFile(join(folder, 'index.json'), text);
  await expect(layoutStore(folder).resolve('v1')).rejects.toMatchObject({ code: 'OCI_LAYOUT' });
  await expect(layoutTags(folder)).rejects.toMatchObject({ code: 'OCI_LAYOUT' });
});

test('a digest that is no sha256 is refused before anything is written', async () => {
  const descriptor = { mediaType: 'a/b', digest: 'md5:../../etc', size: 1 };
  await expect(
    layoutStore(folder).push(descriptor, () => Promise.reject(new Error('must not be read'))),
  ).rejects.toMatchObject({ code: 'OCI_DIGEST' });
  expect(await readdir(folder)).toEqual([]);
});
