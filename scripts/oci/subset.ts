import { ChartError } from '../errors.ts';
import { digestOf, streamOf } from './digest.ts';
import { entriesOf, manifestJson, platformText } from './manifest.ts';
import { isIndex } from './media-types.ts';
import { fetchManifest } from './copy.ts';
import type { ContentStore, Descriptor } from './store.ts';

/** A root that exists nowhere yet, and a store that gives it and everything below it. */
export interface Subset {
  readonly store: ContentStore;
  readonly root: Descriptor;
}

/**
 * An index with only some platforms of another, attestations of the others left out. Its
 * digest is a new one.
 *
 * @param platforms for example `linux/arm64`
 * @throws OCI_MANIFEST when the root is no index, USAGE when it lacks one of the platforms
 */
export async function subsetOf(
  store: ContentStore,
  root: Descriptor,
  platforms: readonly string[],
): Promise<Subset> {
  const where = `${store.name}@${root.digest}`;
  if (!isIndex(root.mediaType))
    throw new ChartError('OCI_MANIFEST', `${where} is an image of one platform, nothing can be left out`);
  const bytes = await fetchManifest(store, root);
  const children = entriesOf(bytes, where);
  const wanted = children.filter(
    ({ platform }) => platform !== undefined && platforms.includes(platformText(platform)),
  );
  const lacking = platforms.find(
    (name) => !wanted.some(({ platform }) => platform !== undefined && platformText(platform) === name),
  );
  if (lacking !== undefined) {
    const known = children.flatMap(({ platform }) =>
      platform === undefined ? [] : [platformText(platform)],
    );
    // Attestations are of unknown/unknown, and nobody asks for one alone.
    const named = known.filter((name) => name !== 'unknown/unknown').join(', ');
    throw new ChartError('USAGE', `${where} has no platform ${lacking}; it has ${named}`, {
      hint: 'Name one of those by --platform.',
    });
  }
  const digests = new Set(wanted.map(({ digest }) => digest));
  const manifests = children.filter((child) => digests.has(child.digest) || digests.has(attestedBy(child)));
  const index = { ...manifestJson(bytes, where), manifests };
  const text = new TextEncoder().encode(JSON.stringify(index));
  const made: Descriptor = { mediaType: root.mediaType, digest: digestOf(text), size: text.byteLength };
  return {
    root: made,
    store: {
      ...store,
      exists: async (descriptor) => descriptor.digest === made.digest || store.exists(descriptor),
      fetch: async (descriptor) =>
        descriptor.digest === made.digest ? streamOf(text) : store.fetch(descriptor),
    },
  };
}

/** The image that an attestation belongs to (BuildKit's attestation storage). */
function attestedBy({ annotations }: Descriptor): string {
  return annotations?.['vnd.docker.reference.digest'] ?? '';
}
