import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { packLayout } from '../../scripts/bundle/pack-layout.ts';
import { copy } from '../../scripts/oci/copy.ts';
import { digestOf } from '../../scripts/oci/digest.ts';
import { layoutStore } from '../../scripts/oci/layout.ts';
import { bytesOf, graphStore, image } from '../helpers/oci-graph.ts';

test('a blob that becomes shorter while it is packed makes no .tar', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pack-layout-'));
  const [layout, file] = [join(folder, 'layout'), join(folder, 'bundle.tar')];
  const large = bytesOf('layer', 3 * 1024 * 1024 + 7);
  const graph = image('large', [large]);
  const attempt = async (): Promise<unknown> => {
    await rm(layout, { recursive: true, force: true });
    await copy(graphStore(graph), layoutStore(layout), graph.root, { tag: 'large:1.0.0' });
    const packing = packLayout(layout, file).catch((error: unknown) => error);
    while (!(await readdir(folder)).some((name) => name.endsWith('.tmp')))
      if ((await Promise.race([packing.then(() => true), setImmediate(false)])) === true) break;
    await truncate(join(layout, 'blobs', digestOf(large).replace(':', '/')), 3);
    return packing;
  };
  // Again when it was packed before it became shorter.
  let refused = await attempt();
  while (refused === undefined) refused = await attempt();
  expect(refused).toMatchObject({ code: expect.stringMatching(/^OCI_(?:LAYOUT|DIGEST)$/) as string });
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  await rm(folder, { recursive: true });
});
