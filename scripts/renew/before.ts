import { build, generate, type Built } from '../built.ts';
import { ChartError } from '../errors.ts';
import { readSnapshot } from '../fetch/snapshot.ts';
import { readProject } from '../io/project.ts';
import { parseRecipe, RECIPE_FILE } from '../recipe/load.ts';

/**
 * The project as it is until a bump. Where its recipe was already edited for the newer upstream, and so fits the
 * older no more, it is taken as it was committed.
 *
 * @param version upstream's, of the bump
 * @param committed the text of recipe.yaml that git has; undefined where it has none
 * @throws what building throws
 */
export async function builtBefore(
  root: string,
  version: string,
  committed: () => Promise<string | undefined>,
): Promise<Built> {
  try {
    return await build(root);
  } catch (error) {
    if (!(error instanceof ChartError) || !error.code.startsWith('RECIPE_')) throw error;
    const project = await readProject(root);
    const text = await committed();
    if (text === undefined) throw error;
    const recipe = parseRecipe(text, RECIPE_FILE);
    const { manifest, lock } = await readSnapshot(root);
    const isOf = recipe.upstream.version === lock.version && lock.version !== version;
    if (!isOf) throw error;
    return generate({ ...project, recipe }, manifest, lock);
  }
}
