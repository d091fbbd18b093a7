import { ChartError } from '../errors.ts';
import { isObject } from './tree.ts';
import type { Manifest } from '../parse/manifest.ts';
import type { LockedImage } from '../recipe/lock.ts';
import type { Recipe } from '../recipe/types.ts';
import { bind } from './binding.ts';
import { upstreamValue } from './defaults.ts';

/** An image that the recipe wants pinned, before anybody was asked for its digest. */
export interface WantedImage {
  /** Path of the image value. */
  readonly path: string;
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** The digest and platforms that the recipe states for this very tag. */
  readonly stated: Pick<LockedImage, 'digest' | 'platforms'> | undefined;
}

/** What a registry says of an image. */
export type ImageAnswer = Pick<LockedImage, 'digest' | 'platforms'>;

/**
 * The images of the recipe with the repository that upstream names.
 *
 * @param tag in place of the recipe's, for all of them
 * @throws RECIPE_SELECTOR when an image entry does not fit the manifest
 */
export function wantedImages(recipe: Recipe, manifest: Manifest, tag?: string): readonly WantedImage[] {
  const fields = bind(manifest, recipe).flatMap((resource) => resource.fields);
  return recipe.entries
    .filter((entry) => entry.as === 'image')
    .map((entry) => {
      const pin = recipe.images[entry.path];
      const upstream = upstreamValue(
        entry,
        fields.filter((field) => field.entry === entry),
      );
      if (pin === undefined || !isObject(upstream)) {
        throw new ChartError('IMAGE_UNPINNED', `recipe.yaml has no images.${entry.path}`, {
          hint: 'State its tag and the reason under images.',
        });
      }
      const wanted = tag ?? pin.tag;
      const stated =
        wanted === pin.tag && pin.digest !== undefined
          ? { digest: pin.digest, platforms: pin.platforms ?? [] }
          : undefined;
      return {
        path: entry.path,
        registry: String(upstream['registry']),
        repository: String(upstream['repository']),
        tag: wanted,
        stated,
      };
    });
}

/**
 * What the lock records of an image.
 *
 * @param answer what the registry said; undefined when it was not asked
 * @throws IMAGE_DIGEST_MISMATCH when the registry contradicts the recipe,
 *   IMAGE_UNPINNED when neither states a digest
 */
export function lockImage(image: WantedImage, answer: ImageAnswer | undefined): LockedImage {
  const { path, registry, repository, tag, stated } = image;
  const name = `${registry}/${repository}:${tag}`;
  if (answer !== undefined && stated !== undefined && answer.digest !== stated.digest) {
    throw new ChartError(
      'IMAGE_DIGEST_MISMATCH',
      `${name}: the registry says ${answer.digest}, recipe.yaml images.${path}.digest says ${stated.digest}`,
    );
  }
  const pinned = answer ?? stated;
  if (pinned === undefined) {
    throw new ChartError(
      'IMAGE_UNPINNED',
      `${name}: recipe.yaml states no digest for this tag and the registry was not asked`,
    );
  }
  return { registry, repository, tag, ...pinned, source: answer === undefined ? 'recipe' : 'registry' };
}
