import { parseRegistryReference } from '../oci/reference.ts';
import type { LockedImage } from '../recipe/lock.ts';
import type { ImageValue } from './model.ts';

/**
 * Splits an image reference as a container runtime does: the first component is a
 * registry when it has a dot, a port or is localhost.
 * Source: distribution/reference, "Grammar".
 */
export function parseImage(reference: string): ImageValue {
  const [named = '', digest = ''] = reference.split('@');
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  const name = tagged ? named.slice(0, colon) : named;
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isRegistry = /[.:]/.test(first) || first === 'localhost';
  return {
    registry: isRegistry ? first : '',
    repository: isRegistry ? name.slice(slash + 1) : name,
    tag: tagged ? named.slice(colon + 1) : '',
    digest,
  };
}

/** The reverse: empty parts and their separators are left out. */
export function formatImage({ registry, repository, tag, digest }: ImageValue): string {
  return [registry && `${registry}/`, repository, tag && `:${tag}`, digest && `@${digest}`].join('');
}

/**
 * Where the copy of an image is: `oci://HOST/OWNER` and the last part of its repository.
 * Whatever the spelling, the same copy is named by the same words.
 * The chart and its image share one namespace of packages on Gitea, so they differ in name.
 */
export function mirrored(
  image: Pick<LockedImage, 'registry' | 'repository'>,
  mirror: string,
): Pick<LockedImage, 'registry' | 'repository'> {
  const { registry, repository: owner } = parseRegistryReference(mirror);
  return { registry, repository: `${owner}/${image.repository.split('/').at(-1) ?? ''}` };
}
