import { ChartError } from '../errors.ts';
import { member } from '../json/tree.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { LockedImage } from '../recipe/lock.ts';
import type { Recipe } from '../recipe/types.ts';
import { DEFAULT_TAG, parseImageReference } from '../recipe/reference.ts';
import { resolved } from '../recipe/resolve.ts';
import { upstreamValue } from './defaults.ts';
import { formatImage, type ImageValue } from './image.ts';

/** An image that the recipe wants pinned, before anybody was asked for its digest. */
export interface WantedImage {
  /** Path of the image value. */
  readonly path: string;
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** The digest and platforms that the recipe states for this very tag. */
  readonly stated: Pick<LockedImage, 'digest' | 'platforms'> | undefined;
  /** Upstream names it by its digest alone: to ask for a tag would be to ask for another image. */
  readonly isFixed: boolean;
}

/** The values of the images that upstream names by their digest alone. */
export function fixedPaths(wanted: readonly WantedImage[]): ReadonlySet<string> {
  return new Set(wanted.flatMap(({ path, isFixed }) => (isFixed ? [path] : [])));
}

/** `HOST/REPOSITORY:TAG`. */
export function nameOf({
  registry,
  repository,
  tag,
}: Pick<LockedImage, 'registry' | 'repository' | 'tag'>): string {
  return `${registry}/${repository}:${tag}`;
}

/** What a registry or a file says of an image. */
export type ImageAnswer = Pick<LockedImage, 'digest' | 'platforms'> & {
  readonly source: 'registry' | 'file';
};

/**
 * The images of the recipe with the repository that upstream names, and upstream's tag where the
 * recipe says none.
 *
 * @param tag in place of the recipe's, for all of them
 * @throws RECIPE_SELECTOR when an image entry does not fit the manifest
 */
export function wantedImages(recipe: Recipe, manifest: Manifest, tag?: string): readonly WantedImage[] {
  const fields = resolved(manifest, recipe).flatMap((resource) => resource.bindings);
  return recipe.entries
    .filter((entry) => entry.form === 'image')
    .map((entry) => {
      const pin = member(recipe.images, entry.path);
      const upstream = upstreamValue(
        entry,
        fields.filter((field) => field.entry === entry),
      );
      const named = parseImageReference(formatImage(upstream as unknown as ImageValue));
      const own = pin?.tag ?? named.tag ?? DEFAULT_TAG;
      const wanted = tag ?? own;
      const isFixed =
        wanted === own && pin === undefined && named.tag === undefined && named.digest !== undefined;
      const isUpstreams = own === named.tag || isFixed;
      const digest = wanted === own ? (pin?.digest ?? (isUpstreams ? named.digest : undefined)) : undefined;
      const stated = digest === undefined ? undefined : { digest, platforms: pin?.platforms ?? [] };
      return {
        path: entry.path,
        registry: named.registry,
        repository: named.repository,
        tag: wanted,
        stated,
        isFixed,
      };
    });
}

/**
 * What the lock records of an image.
 *
 * @param answer what a registry or a file said; undefined when neither was asked
 * @param before what the lock has: it stays where nobody says anything else of the same tag
 * @throws IMAGE_DIGEST_MISMATCH when the answer contradicts the recipe,
 *   IMAGE_UNPINNED when nobody states a digest
 */
export function lockImage(
  image: WantedImage,
  answer: ImageAnswer | undefined,
  before: LockedImage | undefined,
): LockedImage {
  const { path, registry, repository, tag, stated } = image;
  const name = nameOf(image);
  if (answer !== undefined && stated !== undefined && answer.digest !== stated.digest) {
    throw new ChartError(
      'IMAGE_DIGEST_MISMATCH',
      `${name}: the ${answer.source} says ${answer.digest}, recipe.yaml images.${path}.digest says ${stated.digest}`,
    );
  }
  if (answer !== undefined) return { registry, repository, tag, ...answer };
  if (stated !== undefined) return { registry, repository, tag, ...stated, source: 'recipe' };
  if (before?.registry === registry && before.repository === repository && before.tag === tag) return before;
  throw new ChartError(
    'IMAGE_UNPINNED',
    `${name}: nobody states a digest for this tag, and the registry was not asked`,
    {
      hint: 'Run npm run pin where there is a network, or take digests that were printed elsewhere by --from FILE.',
    },
  );
}
