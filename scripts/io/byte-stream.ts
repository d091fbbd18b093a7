/** Content on its way: chunks in order. */
export type ByteStream = AsyncIterable<Uint8Array>;

/** The beginning of a stream. */
export interface Beginning {
  /** Never more than was asked for. */
  readonly bytes: Uint8Array;
  /** Whether that is all. */
  readonly isWhole: boolean;
}

/**
 * Reads a stream into memory, but no more than `most` bytes of it: whoever is at its other end may
 * not stop, whatever was announced. What comes behind is not read.
 */
export async function atMost(stream: ByteStream, most: number): Promise<Beginning> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of stream) {
    pieces.push(piece.subarray(0, most - size));
    size += piece.byteLength;
    if (size > most) return { bytes: Buffer.concat(pieces), isWhole: false };
  }
  return { bytes: Buffer.concat(pieces), isWhole: true };
}
