import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processMark } from '../../scripts/io/processes.ts';
import { contentsOf } from '../helpers/contents.ts';
import { copy } from '../../scripts/oci/copy.ts';
import { layoutStore } from '../../scripts/oci/layout.ts';
import type { ContentStore } from '../../scripts/oci/store.ts';
import { writeBundle, type BundleItem } from '../../scripts/bundle/write.ts';
import { openBundle } from '../../scripts/bundle/open.ts';
import { DEAD } from '../helpers/marks.ts';
import { bytesOf, graphStore, helmChart, image, multiArch, type Graph } from '../helpers/oci-graph.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

const ITEM = item('image', multiArch('bundled'));
/** Its layers fill blocks of a tar, and are longer than what is read at once. */
const LARGE_IMAGE = image(
  'large',
  [512, 1024, 3 * 1024 * 1024 + 7].map((size) => bytesOf('layer', size)),
);
const LARGE = item('large', LARGE_IMAGE);

function item(name: string, graph: Graph): BundleItem {
  return { kind: 'image', name, tag: '1.0.0', root: graph.root, source: graphStore(graph) };
}

/** A chart with something in place of its archive. */
function chart(name: string, version: string): Graph {
  return helmChart({ apiVersion: 'v2', name, version }, bytesOf('an archive', 10));
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
  for (const mark of [DEAD, '1@elsewhere'])
    await writeFile(join(blobs, `${'a'.repeat(64)}.${mark}.abc.tmp`), 'half a blob');
  expect(Buffer.compare(await bundled(path), clean)).toBe(0);
  expect((await readdir(folder)).toSorted()).toEqual(['again.tar', 'clean.tar']);
});

test('a bundle that is a folder loses what a dead process had half written in it, and nothing else', async () => {
  const path = join(folder, 'layout');
  const blobs = join(path, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  const [left, kept] = [DEAD, processMark()].map((mark) => `${'a'.repeat(64)}.${mark}.abc.tmp`);
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
      {
        kind: 'chart',
        name: 'tool',
        tag: '1.0.0',
        root: CHART.root,
        chart: { name: 'tool', version: '1.0.0', images: [] },
      },
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
  expect(await contentsOf(unpacked)).toEqual(await contentsOf(layout));
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
  expect(await openBundle(path)).toMatchObject([
    { kind: 'chart', tag: '1.0.0_b1', chart: { version: '1.0.0+b1' } },
  ]);
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
  const [a, b] = await Promise.all([fresh, again].map((path) => contentsOf(path ?? '')));
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
  const before = await contentsOf(path);
  await expect(bundled(path)).rejects.toMatchObject({
    code: 'OCI_LAYOUT',
    message: expect.stringMatching(message) as string,
  });
  expect(await contentsOf(path)).toEqual(before);
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
  const before = await contentsOf(path);
  await expect(bundled(join(folder, output))).rejects.toMatchObject({
    code: 'OCI_LAYOUT',
    message: expect.stringMatching(/holds (?:content without a tag of its own|notes\.txt)/) as string,
  });
  expect(await contentsOf(path)).toEqual(before);
});

test('a folder that is no layout is refused and left as it is', async () => {
  await writeFile(join(folder, 'thesis.txt'), 'years of work');
  await expect(bundled(folder)).rejects.toMatchObject({ code: 'OCI_LAYOUT' });
  expect(await readdir(folder)).toEqual(['thesis.txt']);
});

test.each(['bundle.tar', 'bundle'])(
  'of two that write %s at once one says that the other does, and the bundle is whole',
  async (name) => {
    const path = join(folder, name);
    const lock = `${name === 'bundle' ? path : `${path}.layout`}.lock`;
    let refused = 0;
    let release = (): void => undefined;
    const othersRefused = new Promise<void>((resolve) => (release = resolve));
    // The first holds on until the two others are refused, however fast it is.
    const source = graphStore(LARGE_IMAGE);
    const held: ContentStore = {
      ...source,
      fetch: async (descriptor) => {
        await othersRefused;
        return source.fetch(descriptor);
      },
    };
    const write = async (): Promise<void> => {
      try {
        await writeBundle(path, [{ ...LARGE, source: held }, CHART], () => undefined);
      } catch (error) {
        expect(error).toMatchObject({
          code: 'OCI_LAYOUT',
          message: `${lock} is held by process ${processMark()}`,
          hint: `Wait until it has ended. If it runs no more, remove ${lock}.`,
        });
        if (++refused === 2) release();
      }
    };
    await Promise.all([write(), write(), write()]);
    expect(refused).toBe(2);
    expect(await openBundle(path)).toHaveLength(2);
    expect(await readdir(folder)).toEqual([name]);
    await write();
  },
);

test.each(['blobs', 'blobs/sha256', 'index.json', 'oci-layout'])(
  'a folder in which %s is a link that leads out is refused, and nothing behind it is touched',
  async (name) => {
    const [path, outside] = [join(folder, 'bundle'), join(folder, 'outside')];
    await writeBundle(path, [LARGE, CHART], () => undefined);
    await rename(join(path, name), outside);
    await symlink(outside, join(path, name));
    const before = await contentsOf(folder);
    await expect(writeBundle(path, [ITEM, CHART], () => undefined)).rejects.toMatchObject({
      code: 'FILE_SYSTEM',
      message: `${join(path, name)} is a symbolic link to ${outside}`,
    });
    expect(await contentsOf(folder)).toEqual(before);
  },
);

test('what is no file or folder is not replaced', async () => {
  const path = join(folder, 'bundle.tar');
  await symlink('/dev/stdout', path);
  await expect(bundled(path)).rejects.toThrow(`${path} is a symbolic link to /dev/stdout`);
  expect(await readdir(folder)).toEqual(['bundle.tar']);
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
