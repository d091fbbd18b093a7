import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Fault } from '../../scripts/http/fault.ts';
import { atLeast, watched } from '../../scripts/http/pace.ts';
import type { ByteStream } from '../../scripts/io/byte-stream.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => vi.useRealTimers());

/** Time that passes: a clock of the tests, for on a busy machine that of the machine goes on. */
async function pause(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** Pieces of `size` bytes with a pause before each. */
async function* pieces(count: number, size: number, ms: number): ByteStream {
  for (let i = 0; i < count; i++) {
    await pause(ms);
    yield Buffer.alloc(size);
  }
}

async function read(stream: ByteStream, ms = 0): Promise<number> {
  let size = 0;
  for await (const piece of stream) {
    size += piece.byteLength;
    await pause(ms);
  }
  return size;
}

test('what comes in time is passed through, however long it takes', async () => {
  expect(await read(atLeast(pieces(10, 1000, 20), 50))).toBe(10_000);
});

test('what comes too slowly ends with a fault that is not tried again', async () => {
  const fault = await read(atLeast(pieces(20, 10, 20), 50)).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(Fault);
  expect(fault).toMatchObject({ passing: false });
});

test('so does what was fast for a while', async () => {
  const stream = async function* stream(): ByteStream {
    yield* pieces(5, 100_000, 20);
    yield* pieces(20, 10, 20);
  };
  await expect(read(atLeast(stream(), 50))).rejects.toThrow('less than 1024 bytes a second for 0.05 s');
});

test('that the reader takes its time is not the server’s fault', async () => {
  expect(await read(atLeast(pieces(5, 10, 0), 500), 150)).toBe(50);
});

test('a request whose pieces are taken in time is let alone, one whose piece is not is ended', async () => {
  const quick = watched(pieces(3, 10, 250), 200);
  expect(await read(quick.body)).toBe(30);
  await pause(250);
  expect(quick.signal.aborted).toBe(false);
  const slow = watched(pieces(1, 10, 0), 200);
  await read(slow.body, 300);
  expect(slow.signal.reason).toMatchObject({ passing: true });
});

test('a request that was given up is not ended once more', async () => {
  const request = watched(pieces(5, 10, 0), 30);
  await request.body[Symbol.asyncIterator]().next();
  request.stop();
  await pause(60);
  expect(request.signal.aborted).toBe(false);
});
