import { ChartError } from '../errors.ts';
import type { ByteStream } from '../io/byte-stream.ts';
import type { Descriptor } from './store.ts';

/** A blob that is read for an upload, anew at each attempt. */
export interface BlobSource {
  /** All bytes. Whoever was still reading them has lost them. */
  read(): ByteStream;
  /** The error of the source itself, which no other attempt at the target can heal. */
  error(): unknown;
  close(): void;
}

/** Reads a stream that can be opened again. */
export function blobSource(descriptor: Descriptor, open: () => Promise<ByteStream>): BlobSource {
  let current: AsyncIterator<Uint8Array> | undefined;
  let failure: unknown;

  const close = (): void => {
    const left = current;
    current = undefined;
    // Not awaited: the stream may hang in a read, and nobody wants its bytes any more.
    void Promise.resolve(left?.return?.()).catch(() => undefined);
  };

  return {
    read: async function* read() {
      close();
      let iterator: AsyncIterator<Uint8Array> | undefined;
      try {
        iterator = (await open())[Symbol.asyncIterator]();
        current = iterator;
        yield* whole(iterator, descriptor);
      } catch (error) {
        if (iterator === undefined || iterator === current) failure = error;
        throw error;
      }
    },
    error: () => failure,
    close,
  };
}

/**
 * The bytes of a blob; the last of them leave when the stream has ended, for that is where a
 * checked one tells about its digest.
 *
 * @throws OCI_DIGEST for more or fewer bytes than the descriptor says
 */
async function* whole(iterator: AsyncIterator<Uint8Array>, { digest, size }: Descriptor): ByteStream {
  let last: Uint8Array | undefined;
  let position = 0;
  for (let step = await iterator.next(); step.done !== true; step = await iterator.next()) {
    position += step.value.byteLength;
    if (position > size)
      throw new ChartError('OCI_DIGEST', `${digest}: the source has more than its ${size} bytes`);
    if (last !== undefined) yield last;
    last = step.value;
  }
  if (position < size)
    throw new ChartError('OCI_DIGEST', `${digest}: the source ended after ${position} of ${size} bytes`);
  if (last !== undefined) yield last;
}
