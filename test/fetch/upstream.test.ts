import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeTogether } from '../../scripts/io/together.ts';
import { planRefresh } from '../../scripts/fetch/refresh.ts';
import { LOCK_FILE, readLock, readSnapshot, SNAPSHOT_FILE } from '../../scripts/fetch/snapshot.ts';
import { parseRecipe } from '../../scripts/recipe/load.ts';
import { serve, type TestServer } from '../helpers/http-server.ts';
import { HAS_UPSTREAM_FILES, upstreamFile } from '../helpers/real-manifests.ts';
import { testNetwork, testReach } from './network.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function read(path: string): Promise<string> {
  return readFile(path, 'utf8');
}

test('the committed snapshot is what its lock says', async () => {
  const { manifest, lock } = await readSnapshot(ROOT);
  expect(manifest.resources.length).toBeGreaterThan(0);
  expect(parseRecipe(await read(join(ROOT, 'recipe.yaml')), 'recipe.yaml').upstream.version).toBe(
    lock.version,
  );
});

describe.skipIf(!HAS_UPSTREAM_FILES)('the raw upstream file, served over loopback http', () => {
  let project = '';
  let server: TestServer;

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'upstream-'));
    server = await serve((request, response) => response.end(upstreamFile(request.url?.slice(1) ?? '')));
  });

  afterAll(async () => {
    await server.close();
    await rm(project, { recursive: true });
  });

  test('becomes exactly the committed snapshot and lock', async () => {
    const { upstream } = parseRecipe(await read(join(ROOT, 'recipe.yaml')), 'recipe.yaml');
    const { created, images, sha256 } = await readLock(ROOT);
    const from = `${server.url}/multus-daemonset-thick-${upstream.version}.yml`;
    const request = { project, upstream, from, sha256, now: created };
    const plan = await planRefresh(request, testReach(testNetwork()));
    await writeTogether(project, { writes: plan.writes, removes: [] });
    expect(await read(join(project, SNAPSHOT_FILE))).toBe(await read(join(ROOT, SNAPSHOT_FILE)));
    expect({ ...(await readLock(project)), images }).toEqual(await readLock(ROOT));
  });

  test('a refresh of the committed project leaves no diff', async () => {
    await cp(join(ROOT, 'upstream'), join(project, 'upstream'), { recursive: true });
    const { upstream } = parseRecipe(await read(join(ROOT, 'recipe.yaml')), 'recipe.yaml');
    const from = `${server.url}/multus-daemonset-thick-${upstream.version}.yml`;
    const plan = await planRefresh(
      { project, upstream, from, now: '2099-01-01T00:00:00Z' },
      testReach(testNetwork()),
    );
    expect([...plan.writes.keys()]).toEqual([]);
    expect(await read(join(project, LOCK_FILE))).toBe(await read(join(ROOT, LOCK_FILE)));
  });
});
