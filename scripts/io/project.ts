import { join } from 'node:path';
import { parseRecipe } from '../recipe/load.ts';
import type { Recipe } from '../recipe/types.ts';
import { readText, readTree } from './files.ts';
import { REPOSITORY_ROOT } from './repository-root.ts';

/** A chart project as it stands on disk: everything that is authored. */
export interface Project {
  /** Absolute path. */
  readonly root: string;
  readonly recipe: Recipe;
  /** values.schema.json, templates/** and CHANGELOG.md by relative path. */
  readonly files: ReadonlyMap<string, string>;
  /** The toolkit's own Handlebars sources. */
  readonly builtins: ReadonlyMap<string, string>;
}

const BUILTINS = join(REPOSITORY_ROOT, 'scripts', 'assemble', 'files');

/** Reads a project. Throws FILE_MISSING, RECIPE_INVALID. */
export async function readProject(root: string): Promise<Project> {
  const [recipe, templates, builtins, schema, changelog] = await Promise.all([
    readText(
      join(root, 'recipe.yaml'),
      'A chart project has a recipe.yaml; name its folder by --project DIR.',
    ),
    readTree(join(root, 'templates')),
    readTree(BUILTINS),
    readText(join(root, 'values.schema.json')),
    readText(join(root, 'CHANGELOG.md')),
  ]);
  return {
    root,
    recipe: parseRecipe(recipe, 'recipe.yaml'),
    files: new Map([
      ['values.schema.json', schema],
      ['CHANGELOG.md', changelog],
      ...[...templates].map(([path, text]) => [`templates/${path}`, text] as const),
    ]),
    builtins,
  };
}
