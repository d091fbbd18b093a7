import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { layoutStore } from '../../scripts/oci/layout.ts';
import { executeAll, planAll } from '../../scripts/publish/publish.ts';
import type { DoneJob } from '../../scripts/publish/job.ts';
import { bytesOf, graphStore, image } from '../helpers/oci-graph.ts';
import { listener } from '../helpers/silent.ts';

const LAYER = bytesOf('a layer', 1000);
const GRAPH = image('published', [LAYER]);

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'publish-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A release to a layout, as another process would do it. */
async function publish(): Promise<DoneJob | undefined> {
  const publication = {
    source: graphStore(GRAPH),
    root: GRAPH.root,
    target: layoutStore(folder),
    tag: '1.0.0',
  };
  const [done] = await executeAll(await planAll([{ kind: 'chart', publication }], listener()), listener());
  return done;
}

test('published again nothing is done; a piece that was damaged since is put right', async () => {
  expect((await publish())?.steps.map(({ action }) => action)).toEqual(['upload', 'upload', 'upload']);
  const again = await publish();
  expect([again?.plan.state, again?.steps]).toEqual(['published', []]);
  const layer = [...GRAPH.contents].find(([, bytes]) => bytes === LAYER)?.[0] ?? '';
  const path = join(folder, 'blobs', ...layer.split(':'));
  await writeFile(path, LAYER.toReversed());
  const repaired = await publish();
  expect(repaired?.plan).toMatchObject({
    state: 'publish',
    steps: expect.arrayContaining([
      { action: 'skip', what: 'tag 1.0.0', digest: GRAPH.root.digest, size: 0 },
    ]) as unknown,
  });
  expect(repaired?.steps.filter(({ action }) => action === 'upload')).toContainEqual({
    action: 'upload',
    digest: layer,
    size: 1000,
  });
  expect(Buffer.compare(await readFile(path), LAYER)).toBe(0);
});
