import type { RepositoryName } from '../oci/opener.ts';
import type { Lock } from '../recipe/lock.ts';

/** A pinned image and where it is. */
export interface PinnedImage {
  /** Path of its value. */
  readonly value: string;
  readonly from: RepositoryName;
  readonly tag: string;
  readonly digest: string;
}

/** The images of the lock at the registries that upstream names. */
export function pinnedImages(lock: Lock): readonly PinnedImage[] {
  return Object.entries(lock.images).map(([value, { registry, repository, tag, digest }]) => ({
    value,
    from: { registry, repository },
    tag,
    digest,
  }));
}
