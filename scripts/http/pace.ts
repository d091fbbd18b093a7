import type { ByteStream } from '../io/byte-stream.ts';
import { Fault } from './fault.ts';

/** Bytes in a second that are the least of a server that works. */
const LEAST_RATE = 1024;

/**
 * A body that comes a few bytes at a time would keep the client for days, and no two of its
 * pieces are far enough apart to be a stall. Counted is only the time that the reader waits,
 * not the one that it takes. Another attempt is not made: each would bring a few bytes.
 *
 * @param span milliseconds in which enough must come
 * @param toFault what an error of the body, or this one's, becomes
 * @throws Fault
 */
export async function* atLeast(
  body: AsyncIterable<Uint8Array>,
  span: number,
  toFault: (error: unknown) => unknown = (error) => error,
): ByteStream {
  let waited = 0;
  let bytes = 0;
  let from = performance.now();
  try {
    for await (const piece of body) {
      waited += performance.now() - from;
      bytes += piece.byteLength;
      if (waited > span && bytes < (LEAST_RATE * span) / 1000) throw tooSlow(span);
      if (waited > span) [waited, bytes] = [0, 0];
      yield piece;
      from = performance.now();
    }
  } catch (error) {
    throw toFault(error);
  }
}

function tooSlow(span: number): Fault {
  const text = `the answer came with less than ${LEAST_RATE} bytes a second for ${span / 1000} s`;
  return new Fault(text);
}

/** A body on its way out, and the end of it when nobody takes it any more. */
export interface Watched {
  readonly body: ByteStream;
  /** Aborted with a {@link Fault}. */
  readonly signal: AbortSignal;
  stop(): void;
}

/**
 * Ends a request whose next piece is not taken in time. The HTTP library's own timeout is
 * for the answer, and to a blob that may take ten minutes, so it comes too late for this.
 */
export function watched(body: ByteStream, span: number): Watched {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const end = (): void =>
    controller.abort(new Fault(`the server took nothing of the request for ${span / 1000} s`, true));
  const pieces = async function* pieces(): ByteStream {
    try {
      for await (const piece of body) {
        timer = setTimeout(end, span);
        yield piece;
        clearTimeout(timer);
      }
    } finally {
      clearTimeout(timer);
    }
  };
  return { body: pieces(), signal: controller.signal, stop: () => clearTimeout(timer) };
}
