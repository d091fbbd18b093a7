import { spawnSync } from 'node:child_process';
import type FsPromises from 'node:fs/promises';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readTree } from '../../scripts/io/files.ts';
import { copy } from '../../scripts/oci/copy.ts';
import { digestOf } from '../../scripts/oci/digest.ts';
import { layoutStore } from '../../scripts/oci/layout.ts';
import { OCI_MANIFEST } from '../../scripts/oci/media-types.ts';
import { HELM_CHART, HELM_CONFIG } from '../../scripts/package/media-types.ts';
import { writeBundle, type BundleItem } from '../../scripts/publish/bundle.ts';
import { openBundle } from '../../scripts/publish/open-bundle.ts';
import {
  bytesOf,
  describeBytes,
  graphStore,
  image,
  multiArch,
  withRoot,
  type Graph,
} from '../helpers/oci-graph.ts';

/** A blob that another process cuts to three bytes while it is open. */
const disk = vi.hoisted(() => ({ shrinks: 'none' }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FsPromises>();
  return {
    ...real,
    open: async (...args: Parameters<typeof real.open>) => {
      const file = await real.open(...args);
      if (!String(args[0]).endsWith(disk.shrinks)) return file;
      const before = await file.stat();
      await real.truncate(args[0], 3);
      return Object.assign(file, { stat: async () => before });
    },
  };
});

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-test-'));
});
afterEach(() => {
  disk.shrinks = 'none';
  return rm(folder, { recursive: true });
});

const { pid: DEAD } = spawnSync(process.execPath, ['--version']);
const ITEM = item('image', multiArch('bundled'));
/** Its layers fill blocks of a tar, and are longer than what is read at once. */
const LARGE = item(
  'large',
  image(
    'large',
    [512, 1024, 3 * 1024 * 1024 + 7].map((size) => bytesOf('layer', size)),
  ),
);

function item(name: string, graph: Graph): BundleItem {
  return { kind: 'image', name, tag: '1.0.0', root: graph.root, source: graphStore(graph) };
}

/** A chart as Helm packs one. */
function chart(name: string, version: string): Graph {
  const config = Buffer.from(JSON.stringify({ apiVersion: 'v2', name, version }));
  const archive = bytesOf('an archive', 10);
  return withRoot(
    OCI_MANIFEST,
    { config: describeBytes(config, HELM_CONFIG), layers: [describeBytes(archive, HELM_CHART)] },
    [config, archive],
  );
}

const CHART: BundleItem = { ...item('tool', chart('tool', '1.0.0')), kind: 'chart' };

async function bundled(path: string, items: readonly BundleItem[] = [ITEM]): Promise<Buffer> {
  await writeBundle(path, items, () => undefined);
  return readFile(path);
}

test('what a killed run left changes no byte of the .tar', async () => {
  const clean = await bundled(join(folder, 'clean.tar'));
  const path = join(folder, 'again.tar');
  const layout = layoutStore(`${path}.layout`);
  const old = image('an older version', [bytesOf('old', 10)]);
  await copy(graphStore(old), layout, old.root, { tag: 'image:0.9.0' });
  const blobs = join(`${path}.layout`, 'blobs', 'sha256');
  for (const mark of [`${DEAD}@${hostname()}`, `${DEAD}@elsewhere`])
    await writeFile(join(blobs, `${'a'.repeat(64)}.${mark}.abc.tmp`), 'half a blob');
  expect(Buffer.compare(await bundled(path), clean)).toBe(0);
  expect((await readdir(folder)).toSorted()).toEqual(['again.tar', 'clean.tar']);
});

test('a bundle that is a folder loses what a dead process had half written in it, and nothing else', async () => {
  const path = join(folder, 'layout');
  const blobs = join(path, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  const [left, kept] = [DEAD, process.pid].map((pid) => `${'a'.repeat(64)}.${pid}@${hostname()}.abc.tmp`);
  for (const name of [left, kept]) await writeFile(join(blobs, name ?? ''), 'half a blob');
  await writeBundle(path, [ITEM], () => undefined);
  expect((await readdir(blobs)).filter((name) => name.endsWith('.tmp'))).toEqual([kept]);
});

test.each(['bundle.tar', 'bundle'])(
  '%s gives back what was put in, and leaves nothing behind',
  async (name) => {
    const path = join(folder, name);
    await writeBundle(path, [ITEM, LARGE, CHART], () => undefined);
    const items = await openBundle(path);
    const again = layoutStore(join(folder, 'again'));
    for (const { source, root, name: tag } of items) await copy(source, again, root, { tag });
    expect(await again.resolve('image')).toEqual(ITEM.root);
    expect(await again.resolve('large')).toEqual(LARGE.root);
    expect(await again.resolve('tool')).toEqual(CHART.root);
    await rm(join(folder, 'again'), { recursive: true });
    expect(items).toMatchObject([
      { kind: 'image', name: 'image', tag: '1.0.0', root: ITEM.root },
      { kind: 'image', name: 'large', tag: '1.0.0', root: LARGE.root },
      { kind: 'chart', name: 'tool', tag: '1.0.0', root: CHART.root, images: [] },
    ]);
    expect(await readdir(folder)).toEqual([name]);
  },
);

test('the .tar ends as a tar does, and the system’s tar reads the layout back from it', async () => {
  const path = join(folder, 'bundle.tar');
  const bytes = await bundled(path, [ITEM, LARGE]);
  expect(bytes.length % 512).toBe(0);
  expect(bytes.subarray(-1024).every((byte) => byte === 0)).toBe(true);
  const [layout, unpacked] = [join(folder, 'layout'), join(folder, 'unpacked')];
  await writeBundle(layout, [ITEM, LARGE], () => undefined);
  await mkdir(unpacked);
  const { status, stderr } = spawnSync('tar', ['-C', unpacked, '-xf', path], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  expect(await readTree(unpacked)).toEqual(await readTree(layout));
});

test('a blob that becomes shorter while it is packed makes no .tar', async () => {
  const path = join(folder, 'bundle.tar');
  disk.shrinks = digestOf(bytesOf('an archive', 10)).replace(':', '/');
  await expect(bundled(path, [CHART])).rejects.toMatchObject({
    code: 'OCI_LAYOUT',
    message: `${path}.layout/blobs/${disk.shrinks} ends after 3 of 10 bytes`,
  });
  expect(await readdir(folder)).toEqual(['bundle.tar.layout']);
});

test('what is no bundle is refused, and nothing is left', async () => {
  await expect(openBundle(join(folder, 'none.tar'))).rejects.toMatchObject({ code: 'FILE_MISSING' });
  const path = join(folder, 'no.tar');
  await writeFile(path, bytesOf('no tar', 2000));
  await expect(openBundle(path)).rejects.toMatchObject({
    code: 'OCI_LAYOUT',
    message: expect.stringContaining(path) as string,
  });
  await cp(path, join(folder, 'empty', 'a'));
  await expect(openBundle(join(folder, 'empty'))).rejects.toMatchObject({ code: 'OCI_LAYOUT' });
  expect((await readdir(folder)).toSorted()).toEqual(['empty', 'no.tar']);
});

test.each(['bundle.tar', 'bundle'])('%s without a chart was cut off, and is refused', async (name) => {
  const path = join(folder, name);
  await writeBundle(path, [ITEM], () => undefined);
  await expect(openBundle(path)).rejects.toMatchObject({
    code: 'OCI_LAYOUT',
    message: `${path} holds no chart, so it is no bundle, or was cut off`,
  });
});

test.each(['tool:latest', 'tool:2.0.0', 'other:1.0.0'])(
  'a chart that somebody tagged %s is refused: it would take that version for good',
  async (reference) => {
    const path = join(folder, 'bundle');
    const graph = chart('tool', '1.0.0');
    await copy(graphStore(graph), layoutStore(path), graph.root, { tag: reference });
    await expect(openBundle(path)).rejects.toMatchObject({
      code: 'OCI_LAYOUT',
      message: `${path} names ${reference} what is tool 1.0.0`,
    });
  },
);

test('a chart whose version has build metadata is named as Helm names it', async () => {
  const path = join(folder, 'bundle');
  const graph = chart('tool', '1.0.0+b1');
  await copy(graphStore(graph), layoutStore(path), graph.root, { tag: 'tool:1.0.0_b1' });
  expect(await openBundle(path)).toMatchObject([{ kind: 'chart', tag: '1.0.0_b1' }]);
});

test.each(['../pwned/image:1.0.0', 'image', 'Image:1.0.0', 'image:1.0.0+1', '/image:1.0.0', 'a/../b:1'])(
  'a bundle that names %j is refused: it could lead out of the owner',
  async (reference) => {
    const path = join(folder, 'bundle');
    const graph = image('named', []);
    await copy(graphStore(graph), layoutStore(path), graph.root, { tag: reference });
    await expect(openBundle(path)).rejects.toMatchObject({
      code: 'OCI_LAYOUT',
      message: expect.stringContaining(JSON.stringify(reference)) as string,
    });
  },
);

test('a folder with a bundle that was cut off becomes the same bytes as a fresh one', async () => {
  const [fresh, again] = ['fresh', 'again'].map((name) => join(folder, name));
  await writeBundle(fresh ?? '', [ITEM], () => undefined);
  const old = image('of no tag', [bytesOf('old', 10)]);
  await copy(graphStore(old), layoutStore(again ?? ''), old.root);
  await copy(graphStore(multiArch('bundled')), layoutStore(again ?? ''), ITEM.root, { tag: 'image:1.0.0' });
  await writeBundle(again ?? '', [ITEM], () => undefined);
  const [a, b] = await Promise.all([fresh, again].map((path) => readTree(path ?? '')));
  expect(b).toEqual(a);
});

test.each([
  [
    'a tag of this bundle on another digest',
    'image:1.0.0',
    /holds image:1\.0\.0 as sha256:\w+, this one is sha256:/,
  ],
  ['a tag of another bundle', 'image:0.9.0', /holds image:0\.9\.0, which is not of this bundle/],
  ['a released version', '1.0.0', /holds 1\.0\.0, which is not of this bundle/],
])('a folder that holds %s is refused and left as it is', async (_, tag, message) => {
  const path = join(folder, 'kept');
  const kept = image('kept', [bytesOf('kept', 10)]);
  await copy(graphStore(kept), layoutStore(path), kept.root, { tag });
  const before = await readTree(path);
  await expect(bundled(path)).rejects.toMatchObject({
    code: 'OCI_LAYOUT',
    message: expect.stringMatching(message) as string,
  });
  expect(await readTree(path)).toEqual(before);
});

/** As `skopeo copy … oci:FOLDER` writes it. */
async function untagged(path: string): Promise<void> {
  const kept = image('kept', [bytesOf('kept', 10)]);
  await copy(graphStore(kept), layoutStore(path), kept.root, { tag: 'once' });
  const file = join(path, 'index.json');
  await writeFile(
    file,
    (await readFile(file, 'utf8')).replace(/"annotations": \{[^}]*\}/, '"annotations": {}'),
  );
}

async function notes(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'notes.txt'), 'years of work');
}

test.each([
  ['a layout without tags, the folder of the bundle', 'kept', 'kept', untagged],
  ['a layout without tags, beside the .tar', 'kept.tar', 'kept.tar.layout', untagged],
  ['something else, beside the .tar', 'kept.tar', 'kept.tar.layout', notes],
])('%s, is refused and left as it is', async (_, output, at, fill) => {
  const path = join(folder, at);
  await fill(path);
  const before = await readTree(path);
  await expect(bundled(join(folder, output))).rejects.toMatchObject({
    code: 'OCI_LAYOUT',
    message: expect.stringMatching(/holds (?:content without a tag of its own|notes\.txt)/) as string,
  });
  expect(await readTree(path)).toEqual(before);
});

test('a folder that is no layout is refused and left as it is', async () => {
  await writeFile(join(folder, 'thesis.txt'), 'years of work');
  await expect(bundled(folder)).rejects.toMatchObject({ code: 'OCI_LAYOUT' });
  expect(await readdir(folder)).toEqual(['thesis.txt']);
});

test('two things of one name are refused: one would take the other’s place', async () => {
  const items = [
    ITEM,
    { ...item('image', image('another', [])), source: graphStore(image('another', []), 'another') },
  ];
  await expect(bundled(join(folder, 'two.tar'), items)).rejects.toMatchObject({
    code: 'REGISTRY_REFERENCE',
    message: 'the image the graph and the image another would both be image',
  });
});
