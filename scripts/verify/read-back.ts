import { ChartError } from '../errors.ts';
import { readAll } from '../oci/digest.ts';
import type { ContentStore } from '../oci/store.ts';
import type { Artifact } from '../package/artifact.ts';

/** What was read back after publishing. */
export interface Verification {
  readonly digest: string;
  /** Bytes that were read and are equal. */
  readonly bytes: number;
}

/**
 * Reads a published artifact back by its tag and compares it byte for byte.
 *
 * @throws VERIFY_FAILED when the tag names another manifest or a byte differs
 */
export async function readBack(artifact: Artifact, store: ContentStore): Promise<Verification> {
  const { descriptor } = artifact.manifest;
  const found = await store.resolve(artifact.version);
  if (found?.digest !== descriptor.digest) {
    throw new ChartError(
      'VERIFY_FAILED',
      `${store.name}:${artifact.version} was published as ${descriptor.digest}, but now names ${found?.digest ?? 'nothing'}`,
    );
  }
  const blobs = [artifact.manifest, artifact.config, artifact.chart];
  for (const blob of blobs) {
    const bytes = await readAll(await store.fetch(blob.descriptor), blob.descriptor, store.name);
    if (Buffer.compare(bytes, blob.bytes) !== 0) {
      throw new ChartError(
        'VERIFY_FAILED',
        `${store.name}: the bytes of ${blob.descriptor.digest} differ from those published`,
      );
    }
  }
  return { digest: descriptor.digest, bytes: blobs.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) };
}
