import { ChartError } from '../errors.ts';
import { blobSource, type BlobSource } from './blob-source.ts';
import { waitFor } from '../http/request.ts';
import { networkError, type Call, type Client, type RegistryWire } from './http.ts';
import type { ByteStream } from '../io/byte-stream.ts';
import type { Descriptor } from './store.ts';
import { followable } from './redirect.ts';
import { Fault } from '../http/fault.ts';
import type { Answer } from '../http/wire.ts';

/** What an upload needs to know of its repository. */
export interface UploadTarget {
  readonly client: Client;
  readonly repository: string;
  readonly scopes: Call['scopes'];
  /** Whether the blob is there: asked when an answer was lost. */
  readonly exists: () => Promise<boolean>;
  /** An upload that a mount which did not happen has opened. */
  readonly opened?: URL;
}

/**
 * Always sent: without it Gitea parses the body as a form and loses it, which ends in
 * 400 DIGEST_INVALID (measured).
 */
export const OCTET_STREAM = { 'content-type': 'application/octet-stream' } as const;

/**
 * Uploads a blob: all in one PUT. When that is cut, a new upload begins. None is gone on
 * with, for no server that was measured can: after a cut in the middle of a body Gitea 1.26
 * answers 500 to all that follows and Distribution 2.8 has forgotten the upload (404), with
 * the pieces that came whole before.
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
    for (let attempt = 1; ; attempt++) {
      const location = (attempt === 1 ? target.opened : undefined) ?? (await begin(target));
      const outcome = await putBlob(target, descriptor, source, location);
      if (!(outcome instanceof Fault) && outcome.status === 201) return;
      if (source.error() !== undefined) throw source.error();
      if (await target.exists()) return;
      if (!(await beginsAnew(attempt, outcome, location, target.client)))
        throw errorOf(outcome, attempt, location, descriptor, target);
    }
  } finally {
    source.close();
  }
}

/** The Location of an upload, absolute or relative to what was asked. Throws REGISTRY_REDIRECT. */
export function uploadLocation(answer: Answer, { plainHttp }: Pick<RegistryWire, 'plainHttp'>): URL {
  return followable(answer.header('location'), answer.url, 'the upload location', plainHttp);
}

/** The upload is unknown, not empty, or has other bytes: a new one may do better, once. */
const SPOILT: ReadonlySet<number> = new Set([400, 404, 409, 416]);

async function beginsAnew(
  attempt: number,
  failure: Fault | Answer,
  location: URL,
  { wire }: Client,
): Promise<boolean> {
  if (!(failure instanceof Fault) && SPOILT.has(failure.status)) return attempt === 1;
  return waitFor(attempt, failure, location, wire);
}

function errorOf(
  failure: Fault | Answer,
  attempt: number,
  url: URL,
  { digest }: Descriptor,
  { client, scopes, repository }: UploadTarget,
): ChartError {
  if (failure instanceof Fault) return networkError(url, failure, attempt);
  const error = client.refusal(failure, { method: 'PUT', url, scopes, writes: repository });
  if (!error.message.includes('DIGEST_INVALID')) return error;
  return new ChartError(
    'OCI_DIGEST',
    `${error.message}\n  the registry did not get the bytes of ${digest} as they were sent`,
  );
}

/** Opens an upload. */
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
  return uploadLocation(answer, client.wire);
}

/** Sends everything to one upload. Throws what no other attempt heals. */
async function putBlob(
  { client, scopes, repository }: UploadTarget,
  { digest, size }: Descriptor,
  source: BlobSource,
  location: URL,
): Promise<Fault | Answer> {
  const url = new URL(location);
  url.searchParams.set('digest', digest);
  try {
    return await client.sendOnce({
      method: 'PUT',
      url,
      scopes,
      writes: repository,
      headers: { ...OCTET_STREAM, 'content-length': String(size) },
      ...(size > 0 && { body: () => source.read() }),
      patience: client.wire.timeouts.commit,
    });
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}
