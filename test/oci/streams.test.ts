import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { blobSource } from '../../scripts/oci/blob-source.ts';
import { digestOf, readAll, verified } from '../../scripts/oci/digest.ts';
import { isDigest } from '../../scripts/recipe/reference.ts';
import type { ByteStream } from '../../scripts/io/byte-stream.ts';
import { describeBytes } from '../helpers/oci-graph.ts';

// By its default size, fast-check makes 10 bytes at most.
const bytes = fc.uint8Array({ maxLength: 300, size: 'max' });
const pieceSize = fc.integer({ min: 1, max: 50 });

async function* inPieces(content: Uint8Array, size: number): ByteStream {
  for (let i = 0; i < content.byteLength; i += size) yield content.subarray(i, i + size);
}

async function collect(stream: ByteStream): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

test('a stream is what its descriptor says, in whatever pieces it comes', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, pieceSize, async (content, size) => {
      const found = await readAll(inPieces(content, size), describeBytes(content), 'here');
      expect(Buffer.compare(found, content)).toBe(0);
    }),
  );
});

test('any other stream is found out, and more bytes than described as soon as they come', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, bytes, pieceSize, async (content, other, size) => {
      fc.pre(Buffer.compare(content, other) !== 0);
      const descriptor = describeBytes(content);
      let passed = 0;
      const read = async (): Promise<void> => {
        for await (const piece of verified(inPieces(other, size), descriptor, 'here'))
          passed += piece.byteLength;
      };
      await expect(read()).rejects.toMatchObject({ code: 'OCI_DIGEST' });
      expect(passed).toBeLessThanOrEqual(content.byteLength);
    }),
  );
});

test('the right bytes under a larger size are found out', async () => {
  const content = Buffer.from('content');
  const descriptor = { ...describeBytes(content), size: content.byteLength + 1 };
  await expect(readAll(inPieces(content, 3), descriptor, 'here')).rejects.toMatchObject({
    code: 'OCI_DIGEST',
    message: expect.stringContaining('got 7 of its 8 bytes') as string,
  });
});

test('what is a digest', () => {
  expect(isDigest(digestOf(Buffer.from('x')))).toBe(true);
  for (const text of [
    '',
    'sha256:',
    `sha256:${'A'.repeat(64)}`,
    `sha512:${'a'.repeat(64)}`,
    `sha256:${'a'.repeat(64)}\n`,
  ])
    expect(isDigest(text)).toBe(false);
});

test('a blob for upload: read again and again, to its end or given up half way', async () => {
  const reads = fc.array(fc.option(fc.nat(3)), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(bytes, pieceSize, reads, async (content, size, givenUpAfter) => {
      const source = blobSource(describeBytes(content), async () => inPieces(content, size));
      for (const most of givenUpAfter) {
        const stream = source.read()[Symbol.asyncIterator]();
        const pieces: Uint8Array[] = [];
        for (let n = 0; n !== most; n++) {
          const step = await stream.next();
          if (step.done === true) break;
          pieces.push(step.value);
        }
        const found = Buffer.concat(pieces);
        expect(found.equals(most === null ? content : content.subarray(0, found.length))).toBe(true);
      }
      expect(source.error()).toBeUndefined();
      source.close();
    }),
  );
});

test('a blob that is read anew is closed where it was left', async () => {
  const content = Buffer.alloc(100, 'x');
  const closed: number[] = [];
  let opened = 0;
  const source = blobSource(describeBytes(content), async () => told(++opened));
  async function* told(number: number): ByteStream {
    try {
      yield* inPieces(content, 7);
    } finally {
      closed.push(number);
    }
  }
  await source.read()[Symbol.asyncIterator]().next();
  expect((await collect(source.read())).equals(content)).toBe(true);
  expect(closed).toEqual([1, 2]);
});

test.each([
  [99, 'has more than its 99 bytes'],
  [101, 'ended after 100 of 101 bytes'],
])('a blob for upload that is not of %i bytes is found out', async (size, words) => {
  const content = Buffer.alloc(100, 'x');
  const source = blobSource({ ...describeBytes(content), size }, async () => inPieces(content, 7));
  const message = expect.stringContaining(words) as string;
  await expect(collect(source.read())).rejects.toMatchObject({ code: 'OCI_DIGEST', message });
});

test('the error of a stream that was left is nobody else’s', async () => {
  const content = Buffer.alloc(100, 'x');
  let opened = 0;
  let begun = (): void => {};
  const reading = new Promise<void>((resolve) => (begun = resolve));
  let fail = (): void => {};
  const hanging = async function* hanging(): ByteStream {
    begun();
    yield await new Promise<never>((_, reject) => (fail = () => reject(new Error('too late'))));
  };
  const source = blobSource(describeBytes(content), async () =>
    ++opened === 1 ? hanging() : inPieces(content, 7),
  );
  const stale = collect(source.read());
  await reading;
  const found = collect(source.read());
  await vi.waitFor(() => expect(opened).toBe(2));
  expect((await found).equals(content)).toBe(true);
  fail();
  await expect(stale).rejects.toThrow('too late');
  expect(source.error()).toBeUndefined();
});

test('a checked blob that is wrong fails before its last bytes leave', async () => {
  const content = Buffer.alloc(100, 'x');
  const descriptor = { ...describeBytes(content), digest: digestOf(Buffer.from('other')) };
  const source = blobSource(descriptor, async () => verified(inPieces(content, 10), descriptor, 'here'));
  let left = 0;
  const read = async (): Promise<void> => {
    for await (const piece of source.read()) left += piece.byteLength;
  };
  await expect(read()).rejects.toMatchObject({ code: 'OCI_DIGEST' });
  expect(left).toBe(90);
  expect(source.error()).toMatchObject({ code: 'OCI_DIGEST' });
});
