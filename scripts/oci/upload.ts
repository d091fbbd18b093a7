import { ChartError } from '../errors.ts';
import { blobSource, type BlobSource } from './blob-source.ts';
import { networkError, waitFor, type Call, type Client } from './http.ts';
import { followable } from './redirect.ts';
import type { ByteStream, Descriptor } from './store.ts';
import { Fault, type Answer } from './wire.ts';

/** What an upload needs to know of its repository. */
export interface UploadTarget {
  readonly client: Client;
  readonly repository: string;
  readonly scopes: Call['scopes'];
  /** Whether the blob is there: asked when an answer was lost. */
  readonly exists: () => Promise<boolean>;
  /** An upload that a mount which did not happen has opened. */
  readonly location?: URL;
}

/**
 * Always sent: without it Gitea parses the body as a form and loses it, which ends in
 * 400 DIGEST_INVALID (measured).
 */
export const OCTET_STREAM = { 'content-type': 'application/octet-stream' } as const;

/** Pieces of a resumed upload; what a further cut can lose. */
const CHUNK = 32 * 1024 * 1024;

/**
 * Uploads a blob: all in one PUT. When that is cut, the server is asked by the upload's
 * Range what it has, and the rest follows in PATCHes; when the server cannot go on, a new
 * upload begins. Measured: after a cut in the middle of a body Gitea 1.26 answers 500 and
 * Distribution 2.8 forgets the upload (404); both keep pieces that came whole.
 *
 * @throws what the source throws; REGISTRY_NETWORK, REGISTRY_DENIED, REGISTRY_ANSWER,
 *   REGISTRY_REDIRECT; OCI_DIGEST when the server says it got other bytes than were sent
 */
export async function uploadBlob(
  target: UploadTarget,
  descriptor: Descriptor,
  open: () => Promise<ByteStream>,
): Promise<void> {
  const source = blobSource(descriptor, open);
  try {
    for (let session = 1; ; session++) {
      const location = (session === 1 ? target.location : undefined) ?? (await begin(target));
      const failure = await runSession(target, descriptor, source, location);
      if (failure === undefined) return;
      if (source.error() !== undefined) throw source.error();
      if (await target.exists()) return;
      if (!(await beginsAnew(session, failure, location, target.client)))
        throw errorOf(failure, session, location, descriptor, target);
    }
  } finally {
    source.close();
  }
}

/** Why an upload ended without the blob. */
type Failure = Fault | Answer;

/** The upload is unknown, at another offset, or has other bytes: a new one may do better, once. */
const SPOILT: ReadonlySet<number> = new Set([400, 404, 409, 416]);

async function beginsAnew(
  session: number,
  failure: Failure,
  location: URL,
  { wire }: Client,
): Promise<boolean> {
  if (!(failure instanceof Fault) && SPOILT.has(failure.status)) return session === 1;
  return waitFor(session, failure, location, wire);
}

function errorOf(
  failure: Failure,
  session: number,
  url: URL,
  { digest }: Descriptor,
  { client, scopes, repository }: UploadTarget,
): ChartError {
  if (failure instanceof Fault) return networkError(url, failure, session);
  const error = client.refusal(failure, { method: 'PUT', url, scopes, writes: repository });
  if (!error.message.includes('DIGEST_INVALID')) return error;
  return new ChartError(
    'OCI_DIGEST',
    `${error.message}\n  the registry did not get the bytes of ${digest} as they were sent`,
  );
}

/** Opens an upload and returns its location. */
async function begin({ client, repository, scopes }: UploadTarget): Promise<URL> {
  const url = new URL(`/v2/${repository}/blobs/uploads/`, client.origin);
  const answer = await client.send({
    method: 'POST',
    url,
    headers: { ...OCTET_STREAM, 'content-length': '0' },
    scopes,
    writes: repository,
    expect: [202],
  });
  return uploadLocation(answer);
}

/** The Location of an upload, absolute or relative to what was asked. Throws REGISTRY_REDIRECT. */
export function uploadLocation(answer: Answer): URL {
  return followable(answer.header('location'), answer.url, 'the upload location');
}

/** Sends everything to one upload; a failure is returned, not thrown. */
async function runSession(
  target: UploadTarget,
  descriptor: Descriptor,
  source: BlobSource,
  location: URL,
): Promise<Failure | undefined> {
  const whole = await send(target, 'PUT', withDigest(location, descriptor), source, 0, descriptor.size);
  if (!(whole instanceof Fault)) return whole.status === 201 ? undefined : whole;
  if (!whole.passing || source.error() !== undefined) return whole;
  return resume(target, descriptor, source, location, whole);
}

/** Goes on with an upload that was cut. */
async function resume(
  target: UploadTarget,
  descriptor: Descriptor,
  source: BlobSource,
  begun: URL,
  cut: Fault,
): Promise<Failure | undefined> {
  let location = begun;
  let known = 0;
  let failure: Failure = cut;
  for (let attempt = 1; await waitFor(attempt, failure, location, target.client.wire); attempt++) {
    const state = await askRange(target, location);
    if (state === undefined) return failure;
    ({ location } = state);
    // What was never sent cannot be there: the server lies, and this upload is lost.
    if (state.offset > descriptor.size) return failure;
    if (state.offset > known) attempt = 1;
    known = state.offset;
    const step = await sendRest(target, descriptor, source, state);
    if (step === undefined) return undefined;
    if (source.error() !== undefined) return step;
    // Only a cut, or a wrong offset (416), can be healed within this upload.
    if (!(step instanceof Fault) && step.status !== 416) return step;
    failure = step instanceof Fault ? step : new Fault('answered 416: the upload is at another offset', true);
  }
  return failure;
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
  state: UploadState,
): Promise<Failure | undefined> {
  let { location, offset } = state;
  while (offset < descriptor.size) {
    const length = Math.min(CHUNK, descriptor.size - offset);
    const answer = await send(target, 'PATCH', location, source, offset, length);
    if (answer instanceof Fault || answer.status !== 202) return answer;
    offset += length;
    if (rangeEnd(answer) !== offset)
      return new Fault(`the registry has ${rangeEnd(answer)} of ${offset} bytes`, true);
    location = uploadLocation(answer);
  }
  const done = await send(target, 'PUT', withDigest(location, descriptor), source, offset, 0);
  return !(done instanceof Fault) && done.status === 201 ? undefined : done;
}

/** Bytes `offset` to `offset + length` in one request. */
async function send(
  { client, scopes, repository }: UploadTarget,
  method: 'PATCH' | 'PUT',
  url: URL,
  source: BlobSource,
  offset: number,
  length: number,
): Promise<Failure> {
  const range = method === 'PATCH' && { 'content-range': `${offset}-${offset + length - 1}` };
  try {
    return await client.sendOnce({
      method,
      url,
      scopes,
      writes: repository,
      headers: { ...OCTET_STREAM, ...range, 'content-length': String(length) },
      ...(length > 0 && { body: () => source.take(offset, length) }),
      ...(method === 'PUT' && { patience: client.wire.timeouts.commit }),
    });
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

/** What the server has of an upload; undefined when it does not know it any more. */
async function askRange({ client, scopes }: UploadTarget, location: URL): Promise<UploadState | undefined> {
  const answer = await client.sendOnce({ method: 'GET', url: location, scopes }).catch(() => undefined);
  if (answer?.status !== 204) return undefined;
  const next = answer.header('location') === undefined ? location : uploadLocation(answer);
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

function withDigest(location: URL, { digest }: Descriptor): URL {
  const url = new URL(location);
  url.searchParams.set('digest', digest);
  return url;
}
