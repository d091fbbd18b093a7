import { createHash } from 'node:crypto';
import { ChartError } from '../errors.ts';
import { isDigest } from '../recipe/reference.ts';
import type { ByteStream } from '../io/byte-stream.ts';
import type { Descriptor } from './store.ts';

/** A digest of any algorithm (image-spec v1.1, descriptor.md, "Digests"), which cannot be checked here. */
const ANY_DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;

/** `sha256:<hex>` of bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Whether a text is a digest of any algorithm; no path that is made of it leads elsewhere. */
export function isAnyDigest(text: string): boolean {
  return ANY_DIGEST.test(text) && (!text.startsWith('sha256:') || isDigest(text));
}

/**
 * Passes a stream through and holds it against its descriptor.
 *
 * @param where the store or URL that the bytes come from, for the message
 * @param onBytes told of each piece's length
 * @throws OCI_DIGEST at the end, or as soon as there are more bytes than described
 */
export async function* verified(
  stream: ByteStream,
  { digest, size }: Descriptor,
  where: string,
  onBytes?: (bytes: number) => void,
): ByteStream {
  if (!isDigest(digest))
    throw new ChartError('OCI_DIGEST', `${where}: ${digest} is no sha256 digest, which alone can be checked`);
  const hash = createHash('sha256');
  let seen = 0;
  for await (const chunk of stream) {
    seen += chunk.byteLength;
    if (seen > size) throw mismatch(where, digest, `more than its ${size} bytes`);
    hash.update(chunk);
    onBytes?.(chunk.byteLength);
    yield chunk;
  }
  if (seen !== size) throw mismatch(where, digest, `${seen} of its ${size} bytes`);
  const found = `sha256:${hash.digest('hex')}`;
  if (found !== digest) throw mismatch(where, digest, `content with digest ${found}`);
}

function mismatch(where: string, digest: string, found: string): ChartError {
  return new ChartError('OCI_DIGEST', `${where}: asked for ${digest}, got ${found}`);
}

/** All bytes of a verified stream; for manifests, which are small. */
export async function readAll(
  stream: ByteStream,
  descriptor: Descriptor,
  where: string,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of verified(stream, descriptor, where)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Bytes in memory as a stream. */
export async function* streamOf(bytes: Uint8Array): ByteStream {
  yield bytes;
}
