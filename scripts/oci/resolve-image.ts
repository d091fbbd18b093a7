import { ChartError } from '../errors.ts';
import { platformsOf } from './copy.ts';
import { DEFAULT_TAG, formatReference, type Reference } from './reference.ts';
import { openRegistry, type RegistryOptions } from './registry.ts';

/** What a registry says of an image. */
export interface ResolvedImage {
  /** Of the index for several platforms, or of the one manifest. */
  readonly digest: string;
  /** `linux/amd64` and so on, sorted; empty when the image is for one platform and does not say which. */
  readonly platforms: readonly string[];
}

/**
 * Asks an image's own registry what its tag (or digest) names. Credentials are only those
 * stored for this registry: what was given for publishing does not belong to it.
 *
 * @throws OCI_NOT_FOUND when there is no such image; REGISTRY_*, OCI_*
 */
export async function resolveImage(
  reference: Reference,
  options: Omit<RegistryOptions, 'storedOnly' | 'username' | 'readPassword'>,
): Promise<ResolvedImage> {
  const store = await openRegistry(reference, { ...options, storedOnly: true });
  const root = await store.resolve(reference.digest ?? reference.tag ?? DEFAULT_TAG);
  if (root === undefined) {
    throw new ChartError('OCI_NOT_FOUND', `${formatReference(reference)}: the registry has no such image`);
  }
  return { digest: root.digest, platforms: await platformsOf(store, root) };
}
