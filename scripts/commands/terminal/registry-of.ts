import { ChartError } from '../../errors.ts';
import { parseRegistryReference, type Reference } from '../../recipe/reference.ts';
import type { Recipe } from '../../recipe/types.ts';

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
 * `publish.registry`. An empty variable is none, as in a shell; an empty flag is a mistake.
 *
 * @throws REGISTRY_REFERENCE naming where it stands, USAGE when it names more than an owner
 */
export function registryOf(
  { flag, env, images = false }: Named,
  recipe: Pick<Recipe, 'mirror' | 'publish'>,
): string | undefined {
  const named: readonly (readonly [where: string, text: string | undefined])[] = [
    ['--registry', flag],
    ['images.mirror of recipe.yaml', images ? recipe.mirror : undefined],
    ['REGISTRY', env['REGISTRY'] || undefined],
    ['publish.registry of recipe.yaml', recipe.publish?.registry],
  ];
  const [where = '', text] = named.find(([, one]) => one !== undefined) ?? [];
  if (text !== undefined) check(text, where);
  return text;
}

function check(text: string, where: string): void {
  const { tag, digest } = parse(text, where);
  if (tag === undefined && digest === undefined) return;
  throw new ChartError('USAGE', `${where} names a tag or a digest; it names the owner, oci://HOST/OWNER`);
}

function parse(text: string, where: string): Reference {
  try {
    return parseRegistryReference(text);
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    throw new ChartError(error.code, `${where}: ${error.message}`, { cause: error, hint: error.hint });
  }
}
