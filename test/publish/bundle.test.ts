import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copy } from '../../scripts/oci/copy.ts';
import { layoutStore } from '../../scripts/oci/layout.ts';
import { withBundle, writeBundle, type BundleItem } from '../../scripts/publish/bundle.ts';
import { bytesOf, graphStore, image, multiArch, type Graph } from '../helpers/oci-graph.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

const { pid: DEAD } = spawnSync(process.execPath, ['--version']);
const ITEM = item('image', multiArch('bundled'));

function item(name: string, graph: Graph): BundleItem {
  return { kind: 'image', name, tag: '1.0.0', root: graph.root, source: graphStore(graph) };
}

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
    await writeBundle(path, [ITEM], () => undefined);
    await mkdir(join(folder, `.bundle-${DEAD}@${hostname()}.abc`));
    const items = await withBundle(path, async (found) => {
      for (const { source, root } of found) expect(await source.exists(root)).toBe(true);
      return found;
    });
    expect(items).toMatchObject([{ kind: 'image', name: 'image', tag: '1.0.0', root: ITEM.root }]);
    if (name === 'bundle.tar') expect(await readdir(folder)).toEqual([name]);
  },
);

test('what is no bundle is refused, and nothing is left', async () => {
  const run = (): Promise<void> => Promise.resolve();
  await expect(withBundle(join(folder, 'none.tar'), run)).rejects.toMatchObject({ code: 'FILE_MISSING' });
  const path = join(folder, 'no.tar');
  await writeFile(path, bytesOf('no tar', 2000));
  await expect(withBundle(path, run)).rejects.toMatchObject({ code: 'OCI_LAYOUT' });
  await cp(path, join(folder, 'empty', 'a'));
  await expect(withBundle(join(folder, 'empty'), run)).rejects.toMatchObject({ code: 'OCI_LAYOUT' });
  expect((await readdir(folder)).toSorted()).toEqual(['empty', 'no.tar']);
});

test.each(['../pwned/image:1.0.0', 'image', 'Image:1.0.0', 'image:1.0.0+1', '/image:1.0.0', 'a/../b:1'])(
  'a bundle that names %j is refused: it could lead out of the owner',
  async (reference) => {
    const path = join(folder, 'bundle');
    const graph = image('named', []);
    await copy(graphStore(graph), layoutStore(path), graph.root, { tag: reference });
    await expect(withBundle(path, async () => undefined)).rejects.toMatchObject({
      code: 'OCI_LAYOUT',
      message: expect.stringContaining(JSON.stringify(reference)) as string,
    });
  },
);
