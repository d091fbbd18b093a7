import { ChartError } from '../errors.ts';
import { streamOf } from '../oci/digest.ts';
import type { ContentStore } from '../oci/store.ts';
import type { Artifact } from '../package/artifact.ts';

/** A packed artifact as a store to copy from. */
export function artifactStore(artifact: Artifact): ContentStore {
  const blobs = new Map(
    [artifact.config, artifact.chart, artifact.manifest].map(
      (blob) => [blob.descriptor.digest, blob] as const,
    ),
  );
  const name = `${artifact.name}-${artifact.version}.tgz`;
  const readOnly = (): never => {
    throw new ChartError('BUG', `${name} is only read`);
  };
  return {
    name,
    exists: async ({ digest }) => blobs.has(digest),
    fetch: async ({ digest }) => streamOf(blobs.get(digest)?.bytes ?? readOnly()),
    resolve: async (reference) => (reference === artifact.version ? artifact.manifest.descriptor : undefined),
    push: async () => readOnly(),
    tag: async () => readOnly(),
  };
}
