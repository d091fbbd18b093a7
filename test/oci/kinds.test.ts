import fc from 'fast-check';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChartError } from '../../scripts/errors.ts';
import { copy } from '../../scripts/oci/copy.ts';
import { layoutStore } from '../../scripts/oci/layout.ts';
import {
  DOCKER_LIST,
  DOCKER_MANIFEST,
  isManifest,
  OCI_INDEX,
  OCI_MANIFEST,
} from '../../scripts/oci/media-types.ts';
import type { Descriptor } from '../../scripts/oci/store.ts';
import { draws } from '../helpers/draws.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { bytesOf, describeBytes } from '../helpers/oci-graph.ts';
import { openOn } from './registry-setup.ts';

let folder = '';
let source: FakeRegistry;
let target: FakeRegistry;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kinds-'));
  [source, target] = await Promise.all([fakeRegistry(), fakeRegistry()]);
});
afterAll(async () => {
  await Promise.all([source.close(), target.close(), rm(folder, { recursive: true })]);
});

/** A reference to an earlier node, by a media type that may be the node's own or any other. */
interface Ref {
  readonly to: number;
  readonly type: string | undefined;
  readonly wrongSize: boolean;
}

/** A node of a graph as data: bytes, or a document that somebody wrote as they liked. */
interface Node {
  readonly bytes?: number;
  readonly stated?: string | undefined;
  readonly config?: Ref;
  readonly layers?: readonly Ref[];
  readonly manifests?: readonly Ref[];
  readonly subject?: Ref | undefined;
  /** Members that are written once more, as other names or the same, before those above. */
  readonly again?: { readonly name: string; readonly refs: readonly Ref[] } | undefined;
  /** How a registry serves it; undefined for its own type. */
  readonly served?: string | undefined;
}

const BLOB = 'application/octet-stream';
const TYPES = [OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST, BLOB, 'application/vnd.example.x+json'];
const seldom = <T>(odd: fc.Arbitrary<T>, usual: T): fc.Arbitrary<T> =>
  fc.oneof({ weight: 40, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: odd });
const any = fc.constantFrom(...TYPES);
const refs = (type: string | undefined): fc.Arbitrary<Ref> =>
  fc.record({
    to: fc.nat(20),
    type: seldom(any as fc.Arbitrary<string | undefined>, type),
    wrongSize: seldom(fc.constant(true), false),
  });
const again = fc.oneof(
  { weight: 9, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.record({
      name: fc.constantFrom('layers', 'manifests', 'Layers', 'MANIFESTS'),
      refs: fc.array(refs(undefined), { minLength: 1, maxLength: 2 }),
    }),
  },
);
const common = {
  stated: seldom(any as fc.Arbitrary<string | undefined>, undefined),
  served: seldom(any as fc.Arbitrary<string | undefined>, undefined),
  subject: fc.option(refs(undefined), { nil: undefined, freq: 4 }),
  again,
};
const nodes: fc.Arbitrary<Node> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ bytes: fc.nat(3) }) },
  {
    weight: 4,
    arbitrary: fc.record({ ...common, config: refs(BLOB), layers: fc.array(refs(BLOB), { maxLength: 3 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ ...common, manifests: fc.array(refs(undefined), { maxLength: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...common,
      config: refs(BLOB),
      manifests: fc.array(refs(undefined), { maxLength: 2 }),
    }),
  },
);

/** A node that was written, with every place that any reader may find in it. */
interface Written {
  readonly bytes: Uint8Array;
  readonly descriptor: Descriptor;
  readonly served: string;
  readonly places: readonly { readonly kind: 'blob' | 'manifest'; readonly descriptor: Descriptor }[];
}

function write(list: readonly Node[]): readonly Written[] {
  const written: Written[] = [];
  for (const node of list) written.push(writeNode(node, written));
  return written;
}

function writeNode(node: Node, before: readonly Written[]): Written {
  if (node.bytes !== undefined) {
    const bytes = bytesOf(`kinds ${node.bytes}`, 50);
    return { bytes, descriptor: describeBytes(bytes, BLOB), served: BLOB, places: [] };
  }
  const places: Written['places'][number][] = [];
  const manifests = before.filter(({ descriptor }) => isManifest(descriptor.mediaType));
  const point = (ref: Ref, kind: 'blob' | 'manifest'): readonly Descriptor[] => {
    // A manifest may be a blob as well, not the other way round: that is what the odd types are for.
    const candidates = kind === 'manifest' && ref.type === undefined ? manifests : before;
    const found = candidates[ref.to % candidates.length]?.descriptor;
    if (found === undefined) return [];
    const descriptor = {
      mediaType: ref.type ?? found.mediaType,
      digest: found.digest,
      size: found.size + (ref.wrongSize ? 1 : 0),
    };
    places.push({ kind, descriptor });
    if (kind === 'blob' && isManifest(descriptor.mediaType)) places.push({ kind: 'manifest', descriptor });
    return [descriptor];
  };
  const kindOf = (name: string) => (name.toLowerCase() === 'layers' ? 'blob' : 'manifest');
  const members: [string, unknown][] = [['schemaVersion', 2]];
  if (node.again !== undefined) {
    const { name, refs: list } = node.again;
    members.push([name, list.flatMap((ref) => point(ref, kindOf(name)))]);
  }
  // A place for a blob needs one that is there.
  const config = node.config && (point(node.config, 'blob')[0] ?? null);
  const own = node.stated ?? (node.manifests === undefined ? OCI_MANIFEST : OCI_INDEX);
  members.push(['mediaType', own]);
  if (config !== undefined) members.push(['config', config]);
  if (node.layers) members.push(['layers', node.layers.flatMap((ref) => point(ref, 'blob'))]);
  if (node.manifests) members.push(['manifests', node.manifests.flatMap((ref) => point(ref, 'manifest'))]);
  if (node.subject) members.push(['subject', point(node.subject, 'manifest')[0] ?? null]);
  const text = members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  const bytes = Buffer.from(`{${text.join(',')}}`);
  return { bytes, descriptor: describeBytes(bytes, own), served: node.served ?? own, places };
}

/** Everything that any reader finds from a root on, as `kind digest`, and of manifests the type that they are said to be. */
function reachable(written: readonly Written[], root: Descriptor): ReadonlySet<string> {
  const byDigest = new Map(written.map((one) => [one.descriptor.digest, one]));
  const found = new Set<string>();
  const visit = ({ kind, descriptor: { mediaType, digest } }: Written['places'][number]): void => {
    const item = kind === 'blob' ? `blob ${digest}` : `manifest ${digest} ${mediaType}`;
    if (found.has(item)) return;
    found.add(item);
    if (kind === 'manifest') for (const place of byDigest.get(digest)?.places ?? []) visit(place);
  };
  visit({ kind: 'manifest', descriptor: root });
  return found;
}

const graphs = fc.array(nodes, { minLength: 1, maxLength: 9 });

describe('whatever a document says, a copy has all of it by any reading, or is not tagged', () => {
  const outcomes = { whole: 0, refused: 0 };
  let runs = 0;

  test.each(['registry', 'layout'] as const)('in a %s', async (kind) => {
    Object.assign(outcomes, { whole: 0, refused: 0 });
    await fc.assert(
      fc.asyncProperty(graphs, seldom(any, ''), fc.boolean(), async (list, type, deep) => {
        const written = write(list);
        const last = written.at(-1)?.descriptor;
        if (last === undefined) return;
        const root = { ...last, mediaType: type === '' ? last.mediaType : type };
        const repository = `owner/run-${++runs}`;
        for (const { bytes, descriptor, served } of written) {
          const key = `${repository} ${descriptor.digest}`;
          source.content.blobs.set(key, Buffer.from(bytes));
          source.content.manifests.set(key, { bytes: Buffer.from(bytes), mediaType: served });
        }
        const from = await openOn(source.host, repository);
        const to =
          kind === 'registry'
            ? await openOn(target.host, repository)
            : layoutStore(join(folder, `${kind}-${runs}`));
        const error: unknown = await copy(from, to, root, { tag: 'v1', deep }).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error !== undefined) {
          outcomes.refused++;
          expect(error).toBeInstanceOf(ChartError);
          expect((error as ChartError).message).toMatch(/sha256:[0-9a-f]{64}/);
          expect((error as ChartError).message).toContain(repository);
          expect(await to.resolve('v1')).toBeUndefined();
          return;
        }
        outcomes.whole++;
        for (const item of reachable(written, root)) {
          const [place, digest = '', saidType] = item.split(' ');
          const key = `${repository} ${digest}`;
          const there =
            kind === 'layout'
              ? existsSync(join(folder, `${kind}-${runs}`, 'blobs', digest.replace(':', '/')))
              : place === 'blob'
                ? target.content.blobs.has(key)
                : target.content.manifests.get(key)?.mediaType === saidType;
          expect([item, there]).toEqual([item, true]);
          // It is what whoever leads to it says, and so what a runtime takes it for.
          const own = written.find(({ descriptor }) => descriptor.digest === digest)?.descriptor;
          if (place === 'manifest') expect(own?.mediaType).toBe(saidType);
        }
        expect((await to.resolve('v1'))?.digest).toBe(root.digest);
      }),
      { numRuns: draws(60, 300) },
    );
    // Neither is rare, so that both are tried.
    expect(outcomes.whole).toBeGreaterThan(draws(5, 30));
    expect(outcomes.refused).toBeGreaterThan(draws(5, 30));
  });
});
