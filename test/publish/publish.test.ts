import { afterEach, beforeEach, expect, test } from 'vitest';
import { copy } from '../../scripts/oci/copy.ts';
import { executeAll, planAll } from '../../scripts/publish/publish.ts';
import type { Job } from '../../scripts/publish/job.ts';
import type { RegistryFault } from '../helpers/fake-faults.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { graphStore, image, multiArch, type Graph } from '../helpers/oci-graph.ts';
import { listener } from '../helpers/silent.ts';
import { openOn } from '../oci/registry-setup.ts';

const CHART = image('a chart', [Buffer.from('its layer')]);
const IMAGE = multiArch('an image', 500);

let registry: FakeRegistry;
let said: string[];
beforeEach(async () => {
  registry = await fakeRegistry();
  said = [];
});
afterEach(() => registry.close());

async function job(kind: Job['kind'], graph: Graph, repository = `own/${kind}`): Promise<Job> {
  const target = await openOn(registry.host, repository);
  return { kind, publication: { source: graphStore(graph), root: graph.root, target, tag: '1.0.0' } };
}

/** Plans and executes; `meanwhile` happens between the last write of a job and what is read back. */
async function publish(jobs: readonly Job[], ...faults: readonly RegistryFault[]) {
  const planned = await planAll(jobs, listener(said));
  registry.faults.add(...faults);
  return executeAll(planned, listener(said));
}

/** Reads by tag behind the plan: before the write; then what is read back. */
const readBack = { method: 'GET', path: '/manifests/1.0.0', skip: 1 } as const;

test('what is published is read back: a chart byte for byte, an image piece by piece', async () => {
  const done = await publish([await job('chart', CHART), await job('image', IMAGE)]);
  expect(done.map(({ kind, verification }) => [kind, verification.bytes > 0])).toEqual([
    ['image', false],
    ['chart', true],
  ]);
  expect(said).toContain(`verified every piece of ${IMAGE.root.digest} is there`);
});

test.each<readonly [string, RegistryFault]>([
  ['alters a blob', { method: 'GET', path: '/blobs/', times: 9, effect: { kind: 'corrupt-answer' } }],
  ['cuts the manifest short', { ...readBack, effect: { kind: 'short-answer', bytes: 100 } }],
])('a registry that %s when it is read back fails the release', async (_, fault) => {
  const broken = publish([await job('chart', CHART)], fault);
  await expect(broken).rejects.toMatchObject({ code: 'OCI_DIGEST' });
});

test.each(['chart', 'image'] as const)(
  'a tag that moved right after it was written fails the %s',
  async (kind) => {
    const other = image('somebody else’s', []);
    const theirs = await openOn(registry.host, `own/${kind}`);
    await copy(graphStore(other), theirs, other.root, { tag: 'theirs' });
    const to = `http://${registry.host}/v2/own/${kind}/manifests/theirs`;
    const moved = { ...readBack, times: 9, effect: { kind: 'redirect', to } } as const;
    const mine = await job(kind, kind === 'chart' ? CHART : IMAGE);
    await expect(publish([mine], moved)).rejects.toMatchObject({
      code: 'VERIFY_FAILED',
      message: `${registry.host}/own/${kind}:1.0.0 was published as ${mine.publication.root.digest}, but now names ${other.root.digest}`,
    });
  },
);

test('a tag that is gone right after it was written fails the release', async () => {
  const gone = { ...readBack, effect: { kind: 'status', status: 404 } } as const;
  await expect(publish([await job('chart', CHART)], gone)).rejects.toMatchObject({
    code: 'VERIFY_FAILED',
    message: expect.stringMatching(/ but now names nothing$/) as string,
  });
});

test('an image of which a piece is not there after all fails', async () => {
  const digest = [...IMAGE.contents.keys()][0] ?? '';
  const mine = await job('image', IMAGE);
  // Asked by the copy, by the upload, then by the check.
  const lost = { method: 'HEAD', path: digest, skip: 2, effect: { kind: 'status', status: 404 } } as const;
  await expect(publish([mine], lost)).rejects.toMatchObject({
    code: 'VERIFY_FAILED',
    message: `${registry.host}/own/image does not have ${digest}`,
  });
});

test.each(['chart', 'image'] as const)(
  'content that the registry lost under a right tag is brought again, and after that nothing: %s',
  async (kind) => {
    const graph = kind === 'chart' ? CHART : IMAGE;
    const jobs = [await job(kind, graph)];
    await publish(jobs);
    const [lost = ''] = registry.content.blobs.keys();
    registry.content.blobs.delete(lost);
    const from = registry.requests.length;
    const [done] = await publish(jobs);
    expect(done?.plan.steps.filter(({ action }) => action === 'upload')).toHaveLength(1);
    expect(registry.content.blobs.has(lost)).toBe(true);
    expect(said.at(-2)).toMatch(
      /^restored .*, which had lost content \(1 uploaded, 0 mounted, \d there already\)$/,
    );
    // Neither the tag nor a manifest is written for it.
    const puts = registry.requests.slice(from).filter(({ method }) => method === 'PUT');
    expect(puts.map(({ url }) => /blobs|manifests/.exec(url)?.[0])).toEqual(['blobs']);
    const whole = registry.requests.length;
    const [again] = await publish(jobs);
    expect(again?.steps).toEqual([]);
    expect(said.at(-2)).toMatch(/^unchanged /);
    const methods = registry.requests.slice(whole).map(({ method }) => method);
    expect(methods.filter((method) => method !== 'GET' && method !== 'HEAD')).toEqual([]);
  },
);

test('a chart and an image of one name are refused before anything is asked', async () => {
  const jobs = [await job('chart', CHART, 'own/multus'), await job('image', IMAGE, 'own/multus')];
  await expect(publish(jobs)).rejects.toMatchObject({
    code: 'REGISTRY_REFERENCE',
    message: `the chart the graph and the image the graph would both be ${registry.host}/own/multus`,
  });
  expect(registry.requests).toEqual([]);
});
