import type { BlobSource } from './blob-source.ts';
import type { Call, Client } from './http.ts';
import { followable } from './redirect.ts';
import type { Descriptor } from './store.ts';
import { Fault } from './fault.ts';
import type { Answer, Wire } from './wire.ts';

/** An upload that the registry has opened. */
export interface UploadSession {
  readonly location: URL;
  /** Bytes that every piece but the last must have at least. */
  readonly leastChunk: number;
}

/** What an upload needs to know of its repository. */
export interface UploadTarget {
  readonly client: Client;
  readonly repository: string;
  readonly scopes: Call['scopes'];
  /** Whether the blob is there: asked when an answer was lost. */
  readonly exists: () => Promise<boolean>;
  /** An upload that a mount which did not happen has opened. */
  readonly session?: UploadSession;
}

/** Why an upload ended without the blob. */
export type Failure = Fault | Answer;

/**
 * Always sent: without it Gitea parses the body as a form and loses it, which ends in
 * 400 DIGEST_INVALID (measured).
 */
export const OCTET_STREAM = { 'content-type': 'application/octet-stream' } as const;

/** The upload that a 202 opens. Throws REGISTRY_REDIRECT. */
export function openedBy(answer: Answer, wire: Wire): UploadSession {
  // distribution-spec v1.1, "Pushing a blob in chunks"
  const least = Number(answer.header('oci-chunk-min-length') ?? 0);
  return { location: uploadLocation(answer, wire), leastChunk: Number.isSafeInteger(least) ? least : 0 };
}

/** The Location of an upload, absolute or relative to what was asked. Throws REGISTRY_REDIRECT. */
export function uploadLocation(answer: Answer, { plainHttp }: Wire): URL {
  return followable(answer.header('location'), answer.url, 'the upload location', plainHttp);
}

/** Where the blob's last request goes. */
export function withDigest(location: URL, { digest }: Descriptor): URL {
  const url = new URL(location);
  url.searchParams.set('digest', digest);
  return url;
}

/** Bytes `offset` to `offset + length` in one request. */
export async function sendPiece(
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
