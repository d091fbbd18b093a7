import { parseRegistryReference } from '../recipe/reference.ts';
import type { LockedImage } from '../recipe/lock.ts';

/** An image value: `registry/repository:tag@digest` in parts; '' where there is none. */
export interface ImageValue {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

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

const PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const IMAGE = new RegExp(
  `^(?:[A-Za-z0-9.-]+(?::[0-9]+)?/)?${PART}(?:/${PART})*(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
);

/**
 * Whether a text names an image that can be pinned: not nothing, a source path of a build
 * (`ko://…`) or a placeholder. Source: distribution/reference, "Grammar".
 */
export function isImage(text: string): boolean {
  return IMAGE.test(text);
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
