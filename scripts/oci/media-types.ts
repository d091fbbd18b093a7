import type { Descriptor } from './store.ts';

/** Media types that the graph walk and the registry client know. Source: image-spec v1.1, Docker image manifest v2. */
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

const INDEXES: readonly string[] = [OCI_INDEX, DOCKER_LIST];
const MANIFESTS: readonly string[] = [OCI_MANIFEST, DOCKER_MANIFEST];

/** What a client accepts when it asks for a manifest. */
export const MANIFEST_TYPES: readonly string[] = [...MANIFESTS, ...INDEXES];

/** Whether content of this type lists other manifests. */
export function isIndex(mediaType: string): boolean {
  return INDEXES.includes(mediaType);
}

/** Whether content of this type is a manifest or an index, which registries keep apart from blobs. */
export function isManifest(mediaType: string): boolean {
  return MANIFEST_TYPES.includes(mediaType);
}

/**
 * What makes two descriptors stand for the same content. Registries keep manifests apart from blobs,
 * so one digest may be both; and what says another type or size of it must be held against it anew.
 */
export function identityOf({ mediaType, digest, size }: Descriptor): string {
  return `${isManifest(mediaType) ? mediaType : 'blob'} ${digest} ${size}`;
}
