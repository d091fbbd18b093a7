import { ChartError } from '../../scripts/errors.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { parseRecipe } from '../../scripts/recipe/load.ts';
import type { Lock, LockedImage } from '../../scripts/recipe/lock.ts';
import type { Recipe } from '../../scripts/recipe/types.ts';
import type { ChartModel } from '../../scripts/chart/model.ts';
import { templatize } from '../../scripts/chart/templatize.ts';

/** The fewest lines in front of `values:`, so that lines of entries are easy to count. */
const HEAD = `upstream: { version: v1, url: 'https://upstream.test/x.yaml' }
chart: { name: c, version: 1.0.0, appVersion: '1', description: A chart., license: MIT }
`;

/** A recipe of entries, written as in recipe.yaml; its first line is line 3. */
export function recipeOf(text: string): Recipe {
  return parseRecipe(HEAD + text, 'recipe.yaml');
}

/** A lock with these images. */
export function lockOf(images: Readonly<Record<string, LockedImage>> = {}): Lock {
  return {
    version: 'v1',
    url: 'https://upstream.test/x.yaml',
    sha256: '0'.repeat(64),
    documents: `sha256:${'0'.repeat(64)}`,
    created: '2026-01-01T00:00:00Z',
    images,
  };
}

/** What a recipe makes of a manifest. */
export function chartOf(manifest: string, recipe: string, lock = lockOf()): ChartModel {
  return templatize(parseManifest(manifest, 'm.yaml'), recipeOf(recipe), lock);
}

/** The same of objects that upstream does not have. */
export function ownChartOf(objects: string, recipe: string): ChartModel {
  const { file, resources } = parseManifest(objects, 'm.yaml');
  const own = resources.map((resource) => ({ ...resource, added: true as const }));
  return templatize({ file, resources: own }, recipeOf(recipe), lockOf());
}

/** The text of the only template. */
export function templateOf(manifest: string, recipe: string, lock = lockOf()): string {
  return chartOf(manifest, recipe, lock)
    .templates.map(({ text }) => text)
    .join('---\n');
}

/** Code and message with which something is refused. */
export function refusal(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof ChartError) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error('It was not refused.');
}
