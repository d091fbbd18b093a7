import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copy, graphOf } from '../../scripts/oci/copy.ts';
import { layoutStore } from '../../scripts/oci/layout.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { graphStore, multiArch } from '../helpers/oci-graph.ts';
import { openOn } from './registry-setup.ts';

const GRAPH = multiArch('killed', 200_000);
const CHILD = fileURLToPath(new URL('copy-child.ts', import.meta.url));

let folder = '';
let registry: FakeRegistry;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'killed-'));
  registry = await fakeRegistry();
});
afterEach(async () => {
  await registry.close();
  await rm(folder, { recursive: true });
});

function start(from: string, to: string): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', CHILD, from, to], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Kills the process as soon as the registry hangs in a request, without any chance to tidy up. */
async function killInTheMiddle(child: ChildProcess): Promise<void> {
  while (registry.faults.left() > 0 && child.exitCode === null) await sleep(10);
  await sleep(20);
  child.kill('SIGKILL');
  if (child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
}

test('killed in the middle of a copy to a registry: no tag; the next run sends only what is missing', async () => {
  const source = layoutStore(join(folder, 'source'));
  await copy(graphStore(GRAPH), source, GRAPH.root, { tag: 'v1' });
  registry.faults.add({ method: 'PUT', path: '/blobs/', skip: 2, effect: { kind: 'hang' } });
  await killInTheMiddle(start(join(folder, 'source'), registry.host));
  expect(registry.content.tags.size).toBe(0);
  const kept = [...registry.content.blobs.values()].reduce((sum, { length }) => sum + length, 0);
  expect(registry.content.blobs.size).toBe(2);

  const before = registry.requests.length;
  const target = await openOn(registry.host);
  await copy(source, target, GRAPH.root, { tag: 'v1' });
  const blobs = registry.requests
    .slice(before)
    .filter(({ method, url }) => method === 'PUT' && url.includes('/blobs/'));
  const whole = [...registry.content.blobs.values()].reduce((sum, { length }) => sum + length, 0);
  expect(blobs.reduce((sum, { received }) => sum + received, 0)).toBe(whole - kept);
  expect(await target.resolve('v1')).toEqual(GRAPH.root);
  expect(await graphOf(target, GRAPH.root)).toHaveLength(GRAPH.contents.size);
});

test('killed in the middle of a copy to a layout: no tag, no half blob; the next run finishes', async () => {
  const source = await openOn(registry.host);
  await copy(graphStore(GRAPH), source, GRAPH.root, { tag: 'v1' });
  registry.faults.add({
    method: 'GET',
    path: '/blobs/',
    skip: 2,
    effect: { kind: 'stall-answer', after: 1000 },
  });
  await killInTheMiddle(start(registry.host, join(folder, 'target')));
  const target = layoutStore(join(folder, 'target'));
  expect(await target.resolve('v1')).toBeUndefined();

  const before = registry.requests.length;
  await copy(source, target, GRAPH.root, { tag: 'v1' });
  const fetched = registry.requests.slice(before).filter(({ url }) => url.includes('/blobs/'));
  const blobs = registry.content.blobs.size;
  expect(fetched).toHaveLength(blobs - 2);
  expect(await target.resolve('v1')).toEqual(GRAPH.root);
  expect(await graphOf(target, GRAPH.root)).toHaveLength(GRAPH.contents.size);
});
