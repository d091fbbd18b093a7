import { ChartError } from '../errors.ts';
import type { ByteStream, Descriptor } from './store.ts';

/** A blob that is read for an upload, possibly several times. */
export interface BlobSource {
  /**
   * The bytes from `offset`, `length` of them. Goes on with the open stream where the last
   * piece was taken completely; otherwise opens it anew and passes over what is before.
   */
  take(offset: number, length: number): ByteStream;
  /** The error of the source itself, which no other attempt at the target can heal. */
  error(): unknown;
  close(): void;
}

/** An open stream and how far it is read. */
interface Reader {
  readonly iterator: AsyncIterator<Uint8Array>;
  position: number;
  rest: Uint8Array;
  /** A piece is being read, or was given up in the middle: whoever took it may still read. */
  busy: boolean;
}

/** Reads a stream that can be opened again, in pieces that follow each other. */
export function blobSource(descriptor: Descriptor, open: () => Promise<ByteStream>): BlobSource {
  let current: Reader | undefined;
  let failure: unknown;

  const close = (): void => {
    const reader = current;
    current = undefined;
    // Not awaited: the stream may hang in a read, and nobody wants its bytes any more.
    void Promise.resolve(reader?.iterator.return?.()).catch(() => undefined);
  };
  const readerAt = async (offset: number): Promise<Reader> => {
    if (current !== undefined && !current.busy && current.position === offset) return current;
    close();
    const iterator = (await open())[Symbol.asyncIterator]();
    const reader: Reader = { iterator, position: 0, rest: new Uint8Array(), busy: false };
    current = reader;
    while (reader.position < offset) await mustRead(reader, offset - reader.position, descriptor);
    return reader;
  };

  return {
    take: async function* take(offset, length) {
      let reader: Reader | undefined;
      try {
        reader = await readerAt(offset);
        reader.busy = true;
        const end = offset + length;
        while (reader.position < end) {
          const piece = await mustRead(reader, end - reader.position, descriptor);
          // A checked stream tells about its digest at the end: before the last bytes leave.
          if (reader.position === descriptor.size) await mustEnd(reader, descriptor);
          yield piece;
        }
        reader.busy = false;
      } catch (error) {
        if (reader === undefined || reader === current) failure = error;
        throw error;
      }
    },
    error: () => failure,
    close,
  };
}

/** The next bytes, at most `most`. */
async function read(reader: Reader, most: number): Promise<Uint8Array | undefined> {
  while (reader.rest.byteLength === 0) {
    const step = await reader.iterator.next();
    if (step.done === true) return undefined;
    reader.rest = step.value;
  }
  const piece = reader.rest.subarray(0, most);
  reader.rest = reader.rest.subarray(piece.byteLength);
  reader.position += piece.byteLength;
  return piece;
}

async function mustRead(reader: Reader, most: number, { digest, size }: Descriptor): Promise<Uint8Array> {
  const piece = await read(reader, most);
  if (piece !== undefined) return piece;
  throw new ChartError('OCI_DIGEST', `${digest}: the source ended after ${reader.position} of ${size} bytes`);
}

async function mustEnd(reader: Reader, { digest, size }: Descriptor): Promise<void> {
  if ((await read(reader, 1)) === undefined) return;
  throw new ChartError('OCI_DIGEST', `${digest}: the source has more than its ${size} bytes`);
}
