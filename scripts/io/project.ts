import { join } from 'node:path';
import { parseRecipe, RECIPE_FILE } from '../recipe/load.ts';
import type { Recipe } from '../recipe/types.ts';
import { allRead } from './all-read.ts';
import { ifNoFile, readText, readTree } from './files.ts';
import { registerCredentials } from '../secrets/secrets.ts';
import { TOOLKIT } from './repository-root.ts';

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

const BUILTINS = join(TOOLKIT, 'scripts', 'chart', 'files');

/** What the project says more of its values than follows from the recipe; it may say nothing. */
function overlayOf(root: string): Promise<string | undefined> {
  return readText(join(root, 'values.schema.json')).catch(ifNoFile);
}

/** The toolkit's own Handlebars sources. */
export function readBuiltins(): Promise<ReadonlyMap<string, string>> {
  return readTree(BUILTINS);
}

/** What a project's chart is. Throws FILE_MISSING, RECIPE_INVALID. */
export async function readRecipe(root: string): Promise<Recipe> {
  const text = await readText(
    join(root, RECIPE_FILE),
    'A chart project has a recipe.yaml: name its folder by --project DIR, or make one of a manifest by npm run init.',
  );
  // A parser shows the line that it cannot read.
  for (const line of text.split('\n')) if (line.includes('://')) registerCredentials(line);
  return parseRecipe(text, RECIPE_FILE);
}

/** Reads a project. Throws FILE_MISSING, RECIPE_INVALID. */
export async function readProject(root: string): Promise<Project> {
  const [recipe, templates, builtins, schema, changelog] = await allRead([
    readRecipe(root),
    readTree(join(root, 'templates')),
    readBuiltins(),
    overlayOf(root),
    readText(join(root, 'CHANGELOG.md')),
  ]);
  return {
    root,
    recipe,
    files: new Map([
      ...(schema === undefined ? [] : [['values.schema.json', schema] as const]),
      ['CHANGELOG.md', changelog],
      ...[...templates].map(([path, text]) => [`templates/${path}`, text] as const),
    ]),
    builtins,
  };
}
