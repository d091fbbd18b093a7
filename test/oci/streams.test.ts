import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { blobSource } from '../../scripts/oci/blob-source.ts';
import { digestOf, isDigest, readAll, verified } from '../../scripts/oci/digest.ts';
import type { ByteStream } from '../../scripts/oci/store.ts';
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

test('a blob for upload: any pieces, in any order, taken whole or given up half way', async () => {
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  const take = fc.record({ from: part, length: part, giveUpAfter: fc.option(fc.nat(3)) });
  const takes = fc.array(take, { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(bytes, pieceSize, takes, async (content, size, taken) => {
      const source = blobSource(describeBytes(content), async () => inPieces(content, size));
      for (const { from, length, giveUpAfter } of taken) {
        const offset = Math.round(from * content.byteLength);
        const most = Math.round(length * (content.byteLength - offset));
        const stream = source.take(offset, most)[Symbol.asyncIterator]();
        const pieces: Uint8Array[] = [];
        for (let n = 0; n !== giveUpAfter; n++) {
          const step = await stream.next();
          if (step.done === true) break;
          pieces.push(step.value);
        }
        const found = Buffer.concat(pieces);
        const whole = Buffer.from(content.subarray(offset, offset + most));
        expect(found.equals(giveUpAfter === null ? whole : whole.subarray(0, found.length))).toBe(true);
      }
      expect(source.error()).toBeUndefined();
      source.close();
    }),
  );
});

test('pieces that follow each other open the blob once', async () => {
  let opened = 0;
  const content = Buffer.alloc(100, 'x');
  const source = blobSource(describeBytes(content), async () => {
    opened++;
    return inPieces(content, 7);
  });
  const parts = [
    await collect(source.take(0, 30)),
    await collect(source.take(30, 30)),
    await collect(source.take(60, 40)),
  ];
  expect(Buffer.concat(parts).equals(content)).toBe(true);
  expect(opened).toBe(1);
});

test('a piece that is still being read keeps its stream, and its error is nobody else’s', async () => {
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
  const stale = collect(source.take(0, 100));
  await reading;
  const found = collect(source.take(0, 100));
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
    for await (const piece of source.take(0, 100)) left += piece.byteLength;
  };
  await expect(read()).rejects.toMatchObject({ code: 'OCI_DIGEST' });
  expect(left).toBe(90);
  expect(source.error()).toMatchObject({ code: 'OCI_DIGEST' });
});
