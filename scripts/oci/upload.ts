import { ChartError } from '../errors.ts';
import { blobSource, type BlobSource } from './blob-source.ts';
import { networkError, waitFor, type Client } from './http.ts';
import type { ByteStream, Descriptor } from './store.ts';
import { resumeUpload } from './upload-resume.ts';
import {
  OCTET_STREAM,
  openedBy,
  sendPiece,
  withDigest,
  type Failure,
  type UploadSession,
  type UploadTarget,
} from './upload-session.ts';
import { Fault } from './fault.ts';

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
    for (let attempt = 1; ; attempt++) {
      const session = (attempt === 1 ? target.session : undefined) ?? (await begin(target));
      const { location } = session;
      const failure = await runSession(target, descriptor, source, session);
      if (failure === undefined) return;
      if (source.error() !== undefined) throw source.error();
      if (await target.exists()) return;
      if (!(await beginsAnew(attempt, failure, location, target.client)))
        throw errorOf(failure, attempt, location, descriptor, target);
    }
  } finally {
    source.close();
  }
}

/** The upload is unknown, at another offset, or has other bytes: a new one may do better, once. */
const SPOILT: ReadonlySet<number> = new Set([400, 404, 409, 416]);

async function beginsAnew(
  attempt: number,
  failure: Failure,
  location: URL,
  { wire }: Client,
): Promise<boolean> {
  if (!(failure instanceof Fault) && SPOILT.has(failure.status)) return attempt === 1;
  return waitFor(attempt, failure, location, wire);
}

function errorOf(
  failure: Failure,
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
async function begin({ client, repository, scopes }: UploadTarget): Promise<UploadSession> {
  const url = new URL(`/v2/${repository}/blobs/uploads/`, client.origin);
  const answer = await client.send({
    method: 'POST',
    url,
    headers: { ...OCTET_STREAM, 'content-length': '0' },
    scopes,
    writes: repository,
    expect: [202],
  });
  return openedBy(answer, client.wire);
}

/** Sends everything to one upload; a failure is returned, not thrown. */
async function runSession(
  target: UploadTarget,
  descriptor: Descriptor,
  source: BlobSource,
  session: UploadSession,
): Promise<Failure | undefined> {
  const url = withDigest(session.location, descriptor);
  const whole = await sendPiece(target, 'PUT', url, source, 0, descriptor.size);
  if (!(whole instanceof Fault)) return whole.status === 201 ? undefined : whole;
  if (!whole.passing || source.error() !== undefined) return whole;
  return resumeUpload(target, descriptor, source, session, whole);
}
