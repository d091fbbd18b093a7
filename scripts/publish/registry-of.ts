import type { Recipe } from '../recipe/types.ts';

/** What may name the registry, beside the recipe. */
interface Named {
  /** `--registry`. */
  readonly flag: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** Images go to `images.mirror` before they go where charts are published. */
  readonly images?: boolean;
}

/**
 * The registry that a command works with: --registry; for images `images.mirror`; $REGISTRY;
 * `publish.registry`. An empty variable is none, as in a shell; an empty flag is a mistake, which
 * its parser names.
 */
export function registryOf(
  { flag, env, images = false }: Named,
  recipe: Pick<Recipe, 'mirror' | 'publish'>,
): string | undefined {
  const mirror = images ? recipe.mirror : undefined;
  return flag ?? mirror ?? (env['REGISTRY'] || undefined) ?? recipe.publish?.registry;
}
