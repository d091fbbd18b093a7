import { ChartError } from '../errors.ts';
import { isPassing } from '../fetch/retry.ts';
import type { BlobSource } from './blob-source.ts';
import { waitFor } from './http.ts';
import type { Descriptor } from './store.ts';
import {
  sendPiece,
  uploadLocation,
  withDigest,
  type Failure,
  type UploadSession,
  type UploadTarget,
} from './upload-session.ts';
import { Fault } from './fault.ts';
import type { Answer } from './wire.ts';

/** Pieces of a resumed upload; what a further cut can lose. */
const CHUNK = 32 * 1024 * 1024;

/** A server whose Range grows by a byte at a time is not followed to the end. */
const MOST_ROUNDS = 100;

/**
 * Goes on with an upload that was cut: asks what the server has, and sends the rest. A
 * round that brings the server further than it ever was begins the attempts anew.
 */
export async function resumeUpload(
  target: UploadTarget,
  descriptor: Descriptor,
  source: BlobSource,
  session: UploadSession,
  cut: Fault,
): Promise<Failure | undefined> {
  let { location } = session;
  let furthest = 0;
  let attempt = 1;
  let failure: Failure = cut;
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    if (!(await waitFor(attempt++, failure, location, target.client.wire))) return failure;
    const state = await askRange(target, location);
    // What was never sent cannot be there: the server lies, and this upload is lost.
    if (state === undefined || state.offset > descriptor.size) return failure;
    ({ location } = state);
    if (state.offset > furthest) attempt = 1;
    furthest = Math.max(furthest, state.offset);
    const step = await sendRest(target, descriptor, source, { ...session, ...state });
    if (step === undefined || source.error() !== undefined || !heals(step, failure)) return step;
    failure = isAnswer(step, 416) ? new Fault('answered 416: the upload is at another offset', true) : step;
  }
  return failure;
}

/**
 * Whether this upload may still go on. A 500 that comes twice in a row is what Gitea says of
 * an upload that was cut in the middle of a body (measured): only a new one helps there.
 */
function heals(step: Failure, before: Failure): boolean {
  if (step instanceof Fault) return step.passing;
  if (step.status === 500) return !isAnswer(before, 500);
  return step.status === 416 || isPassing(step.status);
}

function isAnswer(failure: Failure, status: number): boolean {
  return !(failure instanceof Fault) && failure.status === status;
}

interface UploadState {
  readonly location: URL;
  /** Bytes that the server has. */
  readonly offset: number;
}

async function sendRest(
  target: UploadTarget,
  descriptor: Descriptor,
  source: BlobSource,
  state: UploadState & UploadSession,
): Promise<Failure | undefined> {
  let { location, offset } = state;
  while (offset < descriptor.size) {
    const length = Math.min(Math.max(CHUNK, state.leastChunk), descriptor.size - offset);
    const answer = await sendPiece(target, 'PATCH', location, source, offset, length);
    if (answer instanceof Fault || answer.status !== 202) return answer;
    offset += length;
    if (rangeEnd(answer) !== offset)
      return new Fault(`the registry has ${rangeEnd(answer)} of ${offset} bytes`, true);
    location = uploadLocation(answer, target.client.wire);
  }
  const done = await sendPiece(target, 'PUT', withDigest(location, descriptor), source, offset, 0);
  return isAnswer(done, 201) ? undefined : done;
}

/**
 * What the server has of an upload; undefined when it does not know it any more, or does not
 * say. Asked as often as any read, so that a short pause of the server costs no bytes.
 *
 * @throws REGISTRY_DENIED, REGISTRY_REDIRECT
 */
async function askRange(
  { client, scopes, repository }: UploadTarget,
  location: URL,
): Promise<UploadState | undefined> {
  const call = { method: 'GET', url: location, scopes, writes: repository, expect: [204, 404] } as const;
  const answer = await client.send(call).catch((error: unknown) => {
    const isMute =
      error instanceof ChartError && (error.code === 'REGISTRY_NETWORK' || error.code === 'REGISTRY_ANSWER');
    if (!isMute) throw error;
    return undefined;
  });
  if (answer?.status !== 204) return undefined;
  const next = answer.header('location') === undefined ? location : uploadLocation(answer, client.wire);
  return { location: next, offset: rangeEnd(answer) };
}

/**
 * How many bytes a `Range: 0-N` says. No Range is none (Gitea), and so is `0-0`
 * (Distribution); if it were one byte after all, the next piece is answered by 416.
 */
function rangeEnd(answer: Answer): number {
  const end = Number(/^(?:bytes=)?0-(\d+)$/.exec(answer.header('range') ?? '')?.[1] ?? 0);
  return end === 0 ? 0 : end + 1;
}
