import { ChartError } from '../errors.ts';
import { scopeOf, type Scopes } from './auth/token.ts';
import { digestOf } from './digest.ts';
import { isDigest } from '../recipe/reference.ts';
import type { Client } from './http.ts';
import { LARGEST_MANIFEST, mediaTypeOf } from './manifest.ts';
import { isManifest, MANIFEST_TYPES } from './media-types.ts';
import { lookAt } from './presence.ts';
import type { Descriptor } from './store.ts';
import type { Answer } from '../http/wire.ts';

const DIGEST_HEADER = 'docker-content-digest';

/** A manifest as a registry has it. */
export interface FoundManifest {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/**
 * A manifest by tag or digest; undefined when there is none. The digest is that of the
 * body, never only what a header says.
 *
 * @param scopes what the token is asked for: reading this repository, perhaps with others
 * @throws OCI_DIGEST when header, reference and body do not agree; what the client throws
 */
export async function getManifest(
  client: Client,
  repository: string,
  reference: string,
  scopes: Scopes = [scopeOf(repository, 'pull')],
): Promise<FoundManifest | undefined> {
  const answer = await client.send({
    method: 'GET',
    url: manifestUrl(client, repository, reference),
    headers: { accept: MANIFEST_TYPES.join(', ') },
    scopes,
    expect: [200, 404],
    most: LARGEST_MANIFEST,
  });
  if (answer.status === 404) return undefined;
  const { bytes } = answer;
  const where = `${client.origin.host}/${repository}${isDigest(reference) ? '@' : ':'}${reference}`;
  const digest = digestOf(bytes);
  checkDigest(answer, digest, where);
  if (isDigest(reference) && reference !== digest) {
    throw new ChartError('OCI_DIGEST', `${where}: the registry gave content with digest ${digest}`);
  }
  const mediaType = mediaTypeOf(bytes, servedType(answer), where);
  return { descriptor: { mediaType, digest, size: bytes.byteLength }, bytes };
}

/** Ends a call that there is no need for any more. */
class Needless extends Error {}

/**
 * Stores a manifest under a tag or its digest.
 *
 * @param wanted asked right before each attempt; false: somebody has done it
 * @returns whether the registry says that it lists the manifest under its `subject`
 * @throws OCI_DIGEST when the registry stored something else; what the client throws
 */
export async function putManifest(
  client: Client,
  repository: string,
  reference: string,
  { descriptor, bytes }: FoundManifest,
  wanted: () => Promise<boolean> = async () => true,
): Promise<boolean> {
  const sent = client.send({
    method: 'PUT',
    url: manifestUrl(client, repository, reference),
    headers: { 'content-type': descriptor.mediaType },
    body: bytes,
    scopes: [scopeOf(repository, 'pull,push')],
    writes: repository,
    expect: [200, 201, 202],
    before: async () => {
      if (!(await wanted())) throw new Needless();
    },
  });
  const answer = await sent.catch((error: unknown) => {
    if (error instanceof Needless) return undefined;
    throw error;
  });
  if (answer === undefined) return false;
  checkDigest(answer, descriptor.digest, `${client.origin.host}/${repository}:${reference}`);
  return answer.header('oci-subject') !== undefined;
}

/** Whether the registry has a manifest of this digest and size, and does not call it something else. */
export async function hasManifest(
  client: Client,
  repository: string,
  descriptor: Descriptor,
): Promise<boolean> {
  const call = {
    url: manifestUrl(client, repository, descriptor.digest),
    headers: { accept: MANIFEST_TYPES.join(', ') },
    scopes: [scopeOf(repository, 'pull')],
  };
  const answer = await lookAt(client, call, descriptor);
  const served = answer && servedType(answer);
  return (
    answer !== undefined && (served === undefined || !isManifest(served) || served === descriptor.mediaType)
  );
}

/** What the registry calls the content. */
function servedType(answer: Answer): string | undefined {
  return answer.header('content-type')?.split(';')[0]?.trim();
}

function manifestUrl(client: Client, repository: string, reference: string): URL {
  return new URL(`/v2/${repository}/manifests/${reference}`, client.origin);
}

function checkDigest(answer: Answer, digest: string, where: string): void {
  const stated = answer.header(DIGEST_HEADER);
  // Digests of other algorithms cannot be compared.
  if (stated === undefined || !isDigest(stated) || stated === digest) return;
  throw new ChartError('OCI_DIGEST', `${where}: the registry says ${stated}, but the content has ${digest}`);
}
