import { ChartError } from '../errors.ts';
import { displayUrl } from '../http/url.ts';
import { waitFor } from '../http/request.ts';
import { networkError, type Call, type Client } from './http.ts';
import type { ByteStream } from '../io/byte-stream.ts';
import { Fault } from '../http/fault.ts';
import type { Answer } from '../http/wire.ts';

/**
 * The bytes of a blob, going on where a cut connection ended. Servers may answer a Range
 * with the whole (Gitea does, with 200): then what is known already is passed over. What
 * comes is not checked here; the reader holds it against the digest.
 *
 * The first request is sent before this returns; undefined when the blob is not there.
 *
 * @param size bytes that are expected; an answer that ends before them was cut
 * @throws what {@link Client.send} throws; REGISTRY_NETWORK when attempts bring nothing new
 */
export async function download(
  client: Client,
  call: Omit<Call, 'method' | 'expect' | 'stream'>,
  size: number,
): Promise<ByteStream | undefined> {
  const ask = (offset: number): Promise<Answer> =>
    client.send({
      ...call,
      method: 'GET',
      stream: true,
      expect: offset === 0 ? [200, 404] : [200, 206],
      headers: {
        ...call.headers,
        ...(offset > 0 && { range: `bytes=${offset}-` }),
      },
    });
  const first = await ask(0);
  return first.status === 404 ? undefined : resumed(client, call.url, size, ask, first);
}

/** Bytes that count as progress, so that a server which gives one a time is not asked for ever. */
const PROGRESS = 16 * 1024;

async function* resumed(
  client: Client,
  url: URL,
  size: number,
  ask: (offset: number) => Promise<Answer>,
  first: Answer,
): ByteStream {
  let answer = first;
  let seen = 0;
  for (let attempt = 1; ; attempt++) {
    const before = seen;
    try {
      for await (const chunk of seen === 0 ? (answer.stream ?? []) : beyond(answer, seen, url)) {
        seen += chunk.byteLength;
        yield chunk;
      }
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (seen - before >= PROGRESS) attempt = 1;
      if (!(await waitFor(attempt, error, url, client.wire))) throw networkError(url, error, attempt);
      answer = await ask(seen);
      continue;
    }
    if (seen >= size) return;
    if (seen - before >= PROGRESS) attempt = 1;
    const short = new Fault(`the answer ended after ${seen} of ${size} bytes`, true);
    if (!(await waitFor(attempt, short, url, client.wire))) throw networkError(url, short, attempt);
    answer = await ask(seen);
  }
}

/** The part of an answer behind `offset`. */
async function* beyond(answer: Answer, offset: number, url: URL): ByteStream {
  let skip = answer.status === 206 ? offset - startOf(answer, url) : offset;
  if (skip < 0) {
    throw new ChartError(
      'REGISTRY_ANSWER',
      `${displayUrl(url)}: asked for bytes from ${offset}, got later ones`,
    );
  }
  for await (const chunk of answer.stream ?? []) {
    if (skip >= chunk.byteLength) {
      skip -= chunk.byteLength;
      continue;
    }
    yield skip === 0 ? chunk : chunk.subarray(skip);
    skip = 0;
  }
}

/** The first byte of a 206, by its Content-Range (RFC 9110, 14.4). */
function startOf(answer: Answer, url: URL): number {
  const start = /^bytes (\d+)-/.exec(answer.header('content-range') ?? '')?.[1];
  if (start !== undefined) return Number(start);
  throw new ChartError('REGISTRY_ANSWER', `${displayUrl(url)}: answered 206 without a Content-Range`);
}
