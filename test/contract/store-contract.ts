import { describe, expect, test } from 'vitest';
import { copy, fetchManifest, graphOf, platformsIn, type CopyEvent } from '../../scripts/oci/copy.ts';
import { readAll, streamOf } from '../../scripts/oci/digest.ts';
import { OCI_MANIFEST } from '../../scripts/oci/media-types.ts';
import type { ByteStream } from '../../scripts/io/byte-stream.ts';
import type { ContentStore, Descriptor } from '../../scripts/oci/store.ts';
import {
  bytesOf,
  describeBytes,
  graphStore,
  image,
  index,
  multiArch,
  type Graph,
} from '../helpers/oci-graph.ts';

/** A kind of store that the contract is held against. */
export interface ContractSubject {
  readonly name: string;
  /** Opens a repository; the same name gives the same content. */
  readonly open: (repository: string) => Promise<ContentStore>;
  /** Prefix of the repositories: an owner that exists. `owner` by default. */
  readonly owner?: string;
}

let serial = 0;

/**
 * What every content store does, whatever is behind it. Each test has a repository of
 * its own, named after the process and a number, so that a server may live longer.
 */
export function storeContract({ name, open, owner = 'owner' }: ContractSubject): void {
  const fresh = (): string => `${owner}/contract-${process.pid}-${++serial}`;
  const content = (seed: string, size: number): readonly [Descriptor, Uint8Array] => {
    const bytes = bytesOf(`${process.pid} ${seed}`, size);
    return [describeBytes(bytes), bytes];
  };

  describe(`content store: ${name}`, () => {
    test.each([
      ['empty', 0],
      ['one byte', 1],
      ['small', 1000],
      ['of many pieces', 3_000_000],
    ])('a blob that is %s comes back as it was pushed', async (label, size) => {
      const store = await open(fresh());
      const [descriptor, bytes] = content(label, size);
      expect(await store.exists(descriptor)).toBe(false);
      await store.push(descriptor, async () => inPieces(bytes));
      expect(await store.exists(descriptor)).toBe(true);
      expect(Buffer.compare(await readAll(await store.fetch(descriptor), descriptor, name), bytes)).toBe(0);
    });

    test('pushing again changes nothing', async () => {
      const store = await open(fresh());
      const [descriptor, bytes] = content('twice', 100);
      await store.push(descriptor, async () => streamOf(bytes));
      await store.push(descriptor, async () => streamOf(bytes));
      expect(Buffer.compare(await readAll(await store.fetch(descriptor), descriptor, name), bytes)).toBe(0);
    });

    test('content that is not there is said to be not there', async () => {
      const store = await open(fresh());
      const [missing] = content('missing', 10);
      expect(await store.exists(missing)).toBe(false);
      expect(await store.resolve('no-such-tag')).toBeUndefined();
      await expect(store.fetch(missing)).rejects.toMatchObject({ code: 'OCI_NOT_FOUND' });
    });

    test.each([
      ['other bytes', (bytes: Uint8Array) => bytes.toReversed()],
      ['too few bytes', (bytes: Uint8Array) => bytes.subarray(1)],
      ['too many bytes', (bytes: Uint8Array) => Buffer.concat([bytes, bytes])],
    ])('%s than the descriptor says are refused and not kept', async (label, alter) => {
      const store = await open(fresh());
      const [blob, bytes] = content(label, 5000);
      for (const mediaType of [blob.mediaType, OCI_MANIFEST]) {
        const descriptor = { ...blob, mediaType };
        await expect(store.push(descriptor, async () => streamOf(alter(bytes)))).rejects.toMatchObject({
          code: 'OCI_DIGEST',
        });
        expect(await store.exists(descriptor)).toBe(false);
      }
    });

    test('an error of the source is thrown as it is, and nothing is kept', async () => {
      const store = await open(fresh());
      const [descriptor, bytes] = content('source error', 200_000);
      const error = new Error('the source broke');
      const failing = async function* failing(): ByteStream {
        yield bytes.subarray(0, 100_000);
        throw error;
      };
      await expect(store.push(descriptor, async () => failing())).rejects.toBe(error);
      expect(await store.exists(descriptor)).toBe(false);
    });

    test('a tag names what it was put on last, and a digest itself', async () => {
      const store = await open(fresh());
      const [one, two] = [image('one', []), image('two', [])];
      await copy(graphStore(one), store, one.root, { tag: 'a' });
      await copy(graphStore(one), store, one.root, { tag: 'b' });
      expect(await store.resolve('a')).toEqual(one.root);
      await copy(graphStore(two), store, two.root, { tag: 'a' });
      expect(await store.resolve('a')).toEqual(two.root);
      expect(await store.resolve('b')).toEqual(one.root);
      expect(await store.resolve(two.root.digest)).toEqual(two.root);
      await store.tag(one.root, 'a');
      expect(await store.resolve('a')).toEqual(one.root);
    });

    test('a tag can be put on what an earlier opening has pushed', async () => {
      const repository = fresh();
      const graph = image('earlier', [bytesOf('earlier', 10)]);
      await copy(graphStore(graph), await open(repository), graph.root);
      const store = await open(repository);
      await store.tag(graph.root, 'later');
      expect(await store.resolve('later')).toEqual(graph.root);
    });

    test('a graph for several platforms is copied in and out whole; a second copy skips all', async () => {
      const graph = multiArch(`${process.pid} in and out`);
      const store = await open(fresh());
      await copy(graphStore(graph), store, graph.root, { tag: 'v1' });
      await expectWhole(store, graph);
      expect(
        platformsIn({ descriptor: graph.root, bytes: await fetchManifest(store, graph.root) }, ''),
      ).toEqual(['linux/amd64', 'linux/arm64']);
      const events: CopyEvent['action'][] = [];
      await copy(graphStore(graph), store, graph.root, {
        tag: 'v1',
        onEvent: ({ action }) => events.push(action),
      });
      expect(events).toEqual(['skip']);
      const other = await open(fresh());
      await copy(store, other, graph.root, { tag: 'v1' });
      await expectWhole(other, graph);
      expect(await other.resolve('v1')).toEqual(graph.root);
    });

    test('what is a layer of one image and an entry of an index is there as both', async () => {
      const inner = image(`${process.pid} inner`, [bytesOf('inner', 10)]);
      const bytes = inner.contents.get(inner.root.digest) ?? new Uint8Array();
      const outer = image(`${process.pid} outer`, [bytes]);
      for (const graph of [index([outer, inner]), index([inner, outer])]) {
        const store = await open(fresh());
        await copy(graphStore(graph), store, graph.root, { tag: 'v1' });
        const blob = describeBytes(bytes);
        for (const descriptor of [blob, inner.root]) {
          expect(await store.exists(descriptor)).toBe(true);
          expect(await readAll(await store.fetch(descriptor), descriptor, name)).toEqual(Buffer.from(bytes));
        }
        expect(await store.resolve(inner.root.digest)).toEqual(
          name === 'image layout' ? undefined : inner.root,
        );
      }
    });

    test('several copies of one graph at once agree', async () => {
      const graph = multiArch(`${process.pid} at once`);
      const repository = fresh();
      const stores = await Promise.all([open(repository), open(repository), open(repository)]);
      await Promise.all(
        stores.map((store, i) => copy(graphStore(graph), store, graph.root, { tag: `v${i}` })),
      );
      const store = await open(repository);
      await expectWhole(store, graph);
      for (const i of stores.keys()) expect(await store.resolve(`v${i}`)).toEqual(graph.root);
    });

    test('a mount brings a blob over, or says that it did not and an upload does', async () => {
      const [from, to] = [fresh(), fresh()];
      const [source, target] = [await open(from), await open(to)];
      const [descriptor, bytes] = content('mounted', 1000);
      await source.push(descriptor, async () => streamOf(bytes));
      const mounted = await target.mount?.(descriptor, from);
      if (mounted !== true) await target.push(descriptor, async () => streamOf(bytes));
      expect(await target.exists(descriptor)).toBe(true);
      expect(await target.mount?.(content('nowhere', 10)[0], from)).not.toBe(true);
    });
  });
}

/** Every piece of the graph is there and has its bytes. */
async function expectWhole(store: ContentStore, { root, contents }: Graph): Promise<void> {
  const found = await graphOf(store, root);
  expect(new Set(found.map(({ digest }) => digest))).toEqual(new Set(contents.keys()));
  for (const descriptor of found) {
    const bytes = await readAll(await store.fetch(descriptor), descriptor, store.name);
    expect(Buffer.compare(bytes, contents.get(descriptor.digest) ?? new Uint8Array())).toBe(0);
  }
}

async function* inPieces(bytes: Uint8Array): ByteStream {
  for (let i = 0; i < bytes.byteLength; i += 50_001) yield bytes.subarray(i, i + 50_001);
}
