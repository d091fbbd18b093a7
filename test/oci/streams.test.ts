import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blobSource } from '../../scripts/oci/blob-source.ts';
import { digestOf, isDigest, readAll, verified } from '../../scripts/oci/digest.ts';
import type { ByteStream } from '../../scripts/oci/store.ts';
import { describeBytes } from '../helpers/oci-graph.ts';

const bytes = fc.uint8Array({ maxLength: 300 });
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
  const take = fc.record({ from: fc.nat(300), length: fc.nat(300), giveUpAfter: fc.option(fc.nat(3)) });
  await fc.assert(
    fc.asyncProperty(bytes, pieceSize, fc.array(take, { maxLength: 8 }), async (content, size, takes) => {
      const source = blobSource(describeBytes(content), async () => inPieces(content, size));
      for (const { from, length, giveUpAfter } of takes) {
        const offset = Math.min(from, content.byteLength);
        const most = Math.min(length, content.byteLength - offset);
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
