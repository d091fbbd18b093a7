import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ChartError } from '../../scripts/errors.ts';
import { copy, fetchManifest, graphOf, platformsIn, type CopyEvent } from '../../scripts/oci/copy.ts';
import { readAll } from '../../scripts/oci/digest.ts';
import { layoutStore } from '../../scripts/oci/layout.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../../scripts/oci/media-types.ts';
import type { ContentStore } from '../../scripts/oci/store.ts';
import { draws } from '../helpers/draws.ts';
import type { Effect, RegistryFault } from '../helpers/fake-faults.ts';
import { fakeRegistry } from '../helpers/fake-registry.ts';
import { bytesOf, graphStore, image, index, multiArch, withRoot, type Graph } from '../helpers/oci-graph.ts';
import { openOn } from './registry-setup.ts';

/** Images with layers that they may share, in indexes that may nest; as data that prints short. */
type Spec =
  | { readonly config: number; readonly layers: readonly (readonly [seed: number, size: number])[] }
  | { readonly images: readonly Spec[] };

const specs = fc.letrec<{ image: Spec; index: Spec; graph: Spec }>((tie) => ({
  image: fc.record({
    config: fc.nat(3),
    layers: fc.array(fc.tuple(fc.nat(5), fc.constantFrom(0, 1, 500, 70_000)), { maxLength: 4 }),
  }),
  index: fc.record({ images: fc.array(tie('graph'), { minLength: 1, maxLength: 3 }) }),
  graph: fc.oneof({ maxDepth: 2 }, tie('image'), tie('index')),
})).graph;

function build(spec: Spec): Graph {
  if ('images' in spec) return index(spec.images.map(build));
  return image(
    `config ${spec.config}`,
    spec.layers.map(([seed, size]) => bytesOf(`layer ${seed}`, size)),
  );
}

const effects: fc.Arbitrary<Effect> = fc.oneof(
  fc.constantFrom(401, 404, 429, 500, 503).map((status) => ({ kind: 'status', status }) as const),
  fc.nat(60_000).map((after) => ({ kind: 'cut-request', after }) as const),
  fc.nat(60_000).map((after) => ({ kind: 'cut-answer', after }) as const),
  fc.nat(60_000).map((bytes) => ({ kind: 'short-answer', bytes }) as const),
  fc.constant({ kind: 'lose-answer' } as const),
  fc.constant({ kind: 'corrupt-answer' } as const),
);

const faults: fc.Arbitrary<readonly RegistryFault[]> = fc.array(
  fc.record({
    effect: effects,
    skip: fc.nat(12),
    times: fc.integer({ min: 1, max: 6 }),
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT'),
  }),
  { maxLength: 4 },
);

test('under any faults a copy ends whole and tagged, or untagged; without them it then finishes', async () => {
  const flavours = fc.constantFrom('distribution', 'gitea');
  await fc.assert(
    fc.asyncProperty(specs, flavours, faults, faults, async (spec, flavour, sourceFaults, targetFaults) => {
      const graph = build(spec);
      const [from, to] = [await fakeRegistry({ flavour }), await fakeRegistry({ flavour })];
      try {
        await copy(graphStore(graph), await openOn(from.host), graph.root, { tag: 'v1' });
        from.faults.add(...sourceFaults);
        to.faults.add(...targetFaults);
        const outcome = await copy(await openOn(from.host), await openOn(to.host), graph.root, {
          tag: 'v1',
        }).catch((error: unknown) => error);
        expect(outcome === undefined || outcome instanceof ChartError).toBe(true);
        const tag = to.content.tags.get('owner/name v1');
        // A faulty server may lose the answer to the tag itself, so a failed copy may be tagged, but then whole.
        if (outcome === undefined || tag !== undefined) expectWhole(graph, to.content);
        to.faults.clear();
        from.faults.clear();
        await copy(await openOn(from.host), await openOn(to.host), graph.root, { tag: 'v1' });
        expect(to.content.tags.get('owner/name v1')).toBe(graph.root.digest);
        expectWhole(graph, to.content);
      } finally {
        await Promise.all([from.close(), to.close()]);
      }
    }),
    { numRuns: draws(10, 100) },
  );
});

function expectWhole(
  graph: Graph,
  content: {
    readonly blobs: ReadonlyMap<string, Buffer>;
    readonly manifests: ReadonlyMap<string, { readonly bytes: Buffer }>;
  },
): void {
  for (const [digest, bytes] of graph.contents) {
    const key = `owner/name ${digest}`;
    const found = content.blobs.get(key) ?? content.manifests.get(key)?.bytes;
    expect(found === undefined ? 'missing' : Buffer.compare(found, bytes)).toBe(0);
  }
}

test('any graph goes through a layout unchanged, and its order has children first', async () => {
  await fc.assert(
    fc.asyncProperty(specs, async (spec) => {
      const graph = build(spec);
      const folder = await mkdtemp(join(tmpdir(), 'copy-'));
      try {
        const store = layoutStore(folder);
        const events: CopyEvent[] = [];
        await copy(graphStore(graph), store, graph.root, {
          tag: 'v1',
          onEvent: (event) => events.push(event),
        });
        const order = await graphOf(store, graph.root);
        expect(new Set(order.map(({ digest }) => digest))).toEqual(new Set(graph.contents.keys()));
        expect(order.at(-1)?.digest).toBe(graph.root.digest);
        const uploads = events
          .filter(({ action }) => action === 'upload')
          .map(({ descriptor }) => descriptor.digest);
        expect(new Set(uploads).size).toBe(uploads.length);
        for (const descriptor of order) await readAll(await store.fetch(descriptor), descriptor, '');
      } finally {
        await rm(folder, { recursive: true });
      }
    }),
    { numRuns: draws(10, 100) },
  );
});

test('no more blobs move at once than asked for', async () => {
  const graph = image(
    'many',
    Array.from({ length: 12 }, (_, i) => bytesOf(`many ${i}`, 10)),
  );
  let now = 0;
  let most = 0;
  const target: ContentStore = {
    ...graphStore(graph, 'the target'),
    exists: async () => false,
    tag: async () => {},
    push: async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now--;
    },
  };
  await copy(graphStore(graph), target, graph.root, { concurrency: 3 });
  expect(most).toBe(3);
});

test.each([
  [403, 'REGISTRY_DENIED', 4, 0],
  [503, 'REGISTRY_ANSWER', 16, 12],
])('after the first error (%i) nothing more is begun', async (status, code, most, warnings) => {
  const layers = Array.from({ length: 40 }, (_, i) => bytesOf(`stopped ${i}`, 10));
  const graph = index([image('one', layers.slice(0, 20)), image('two', layers.slice(20))]);
  const busy = [{ method: 'POST', times: 999, effect: { kind: 'status', status } as const }];
  const registry = await fakeRegistry({ faults: busy });
  try {
    const notes: string[] = [];
    const target = await openOn(registry.host, 'owner/name', { note: (text) => notes.push(text) });
    await expect(copy(graphStore(graph), target, graph.root)).rejects.toMatchObject({ code });
    expect(registry.requests.filter(({ method }) => method === 'POST').length).toBeLessThanOrEqual(most);
    expect(notes.length).toBeLessThanOrEqual(warnings);
    const after = registry.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(registry.requests.length).toBe(after);
  } finally {
    await registry.close();
  }
});

test('the error is the one that came first, and a blob that is on its way then is not read again', async () => {
  const graph = image('first', [bytesOf('first', 10), bytesOf('second', 10)]);
  const [config, slow, bad] = [...graph.contents.keys()];
  let opened = 0;
  let failed = (): void => {};
  const failure = new Promise<void>((resolve) => (failed = resolve));
  const target: ContentStore = {
    ...graphStore(graph, 'the target'),
    exists: async ({ digest }) => digest === config,
    push: async ({ digest }, open) => {
      if (digest === bad) {
        setTimeout(failed, 5);
        throw new Error('the first error');
      }
      expect(digest).toBe(slow);
      await open();
      opened++;
      await failure;
      await open();
      opened++;
    },
  };
  await expect(copy(graphStore(graph), target, graph.root)).rejects.toThrow('the first error');
  expect(opened).toBe(1);
});

test('an error says which side failed', async () => {
  const graph = image('sides', [bytesOf('sides', 10)]);
  const failing = (side: 'exists' | 'fetch'): ContentStore => ({
    ...graphStore(graph, 'the broken one'),
    [side]: () => Promise.reject(new Error('EIO')),
  });
  await expect(copy(failing('fetch'), graphStore(graph), graph.root)).resolves.toBeUndefined();
  const empty: ContentStore = { ...graphStore(graph), exists: async () => false };
  await expect(copy(failing('fetch'), empty, graph.root)).rejects.toThrow(
    /^source the broken one, sha256:.*: EIO$/,
  );
  await expect(copy(graphStore(graph), failing('exists'), graph.root)).rejects.toThrow(
    /^target the broken one/,
  );
});

test('the platforms of an index, without those of attestations', async () => {
  const graph = multiArch('platforms', 10);
  expect(
    platformsIn({ descriptor: graph.root, bytes: await fetchManifest(graphStore(graph), graph.root) }, ''),
  ).toEqual(['linux/amd64', 'linux/arm64']);
  const [one, two] = [image('a', []), image('b', [])];
  const manifests = [
    { ...one.root, platform: { os: 'linux', architecture: 'amd64' } },
    { ...two.root, platform: { os: 'unknown', architecture: 'unknown' } },
  ];
  const attested = withRoot(OCI_INDEX, { manifests }, [...one.contents.values(), ...two.contents.values()]);
  expect(
    platformsIn(
      { descriptor: attested.root, bytes: await fetchManifest(graphStore(attested), attested.root) },
      '',
    ),
  ).toEqual(['linux/amd64']);
});

test('a manifest that claims to be huge is not read', async () => {
  const descriptor = { mediaType: OCI_MANIFEST, digest: `sha256:${'0'.repeat(64)}`, size: 2 ** 40 };
  await expect(fetchManifest(graphStore(image('x', [])), descriptor)).rejects.toMatchObject({
    code: 'OCI_MANIFEST',
  });
});

/** Indexes, each listing the one before it under several names. */
function chain(levels: number, names = 1): Graph {
  const contents = new Map<string, Uint8Array>();
  let { root, contents: below } = index([]);
  for (let level = 0; ; level++) {
    for (const [digest, bytes] of below) contents.set(digest, bytes);
    if (level === levels) return { root, contents };
    const manifests = Array.from({ length: names }, (_, i) => ({ ...root, annotations: { name: `${i}` } }));
    ({ root, contents: below } = withRoot(OCI_INDEX, { manifests }, []));
  }
}

test('an index below ten thousand others is refused by name, at once, whatever is copied to', async () => {
  const graph = chain(10_000);
  const folder = await mkdtemp(join(tmpdir(), 'copy-'));
  try {
    const store = graphStore(graph);
    const refused = { code: 'OCI_MANIFEST', message: expect.stringMatching(/sha256:.*32 levels/) as string };
    await expect(graphOf(store, graph.root)).rejects.toMatchObject(refused);
    await expect(copy(store, layoutStore(folder), graph.root, { tag: 'v1' })).rejects.toMatchObject(refused);
    expect(await layoutStore(folder).resolve('v1')).toBeUndefined();
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('an index that is reached by a billion ways is looked at once', async () => {
  const graph = chain(30, 2);
  const folder = await mkdtemp(join(tmpdir(), 'copy-'));
  try {
    const layout = layoutStore(folder);
    await copy(graphStore(graph), layout, graph.root, { tag: 'v1' });
    expect(await layout.exists(graph.root)).toBe(true);
    expect(await graphOf(layout, graph.root)).toHaveLength(31);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('manifests that together are larger than those of any image are refused before they fill the memory', async () => {
  const padding = 'x'.repeat(3_900_000);
  const parts = Array.from({ length: 6 }, (_, i) => withRoot(OCI_INDEX, { manifests: [], padding, i }, []));
  const graph = index(parts);
  await expect(graphOf(graphStore(graph), graph.root)).rejects.toMatchObject({
    code: 'OCI_MANIFEST',
    message: expect.stringMatching(/sha256:.*more than 16777216 bytes/) as string,
  });
});

test('a tag is for a manifest, whatever a list of a layout says', async () => {
  const { contents } = image('no manifest', []);
  const [[digest, bytes] = ['', new Uint8Array()]] = contents;
  const root = { mediaType: 'application/json', digest, size: bytes.byteLength };
  const store = graphStore({ root, contents });
  const target = { ...store, exists: async () => true, tag: async () => expect.fail('tagged') };
  await expect(copy(store, target, root, { tag: 'v1' })).rejects.toMatchObject({
    code: 'OCI_MANIFEST',
    message: `the graph@${digest} is described as application/json, which is of no manifest`,
  });
});
