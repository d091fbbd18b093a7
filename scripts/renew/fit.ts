import type { Built } from '../built.ts';
import { edited, mendingOf, type Holding, type Mending } from '../bump/drifts.ts';
import { follow } from '../bump/follow.ts';
import { withoutValues } from '../bump/overlay.ts';
import { renameEdits } from '../bump/renames.ts';
import { SCHEMA_FILE } from '../chart/schema/self-contained.ts';
import type { Project } from '../io/project.ts';
import { editYaml } from '../recipe/edit.ts';
import { parseRecipe, RECIPE_FILE } from '../recipe/load.ts';
import { selects } from '../recipe/select.ts';
import type { Review } from '../review/review.ts';
import { readWritten, wordsOf } from '../recipe/written.ts';

/** The recipe after what is sure: names that changed, and entries that follow upstream. */
export function withSureEdits(
  holding: Holding,
  difference: Review,
  { model }: Built,
): { readonly fitting: Holding; readonly sure: readonly Mending[]; readonly caught: readonly string[] } {
  const resources = holding.manifest.resources.filter(({ added }) => added !== true);
  const words = wordsOf(readWritten(holding.recipe, RECIPE_FILE));
  const renames = renameEdits(difference, words, (select) => resources.some((one) => selects(select, one)));
  const { holding: fitting, followed } = follow(edited(holding, renames), model.defaults);
  return {
    fitting,
    sure: [
      ...renames.map((edit) => mendingOf(holding.recipe, edit)),
      ...followed.flatMap(({ mends }) => mends),
    ],
    caught: followed.filter(({ way }) => way === 'caught').map(({ path }) => path),
  };
}

/** What says something of values that are gone: their images in the recipe, and the overlay of the schema. */
export function withoutGone(
  recipe: string,
  { project }: Built,
): { readonly recipe: string; readonly project: Project } {
  const { entries, images } = parseRecipe(recipe, RECIPE_FILE);
  const left = new Set(entries.map(({ path }) => path));
  const lost = project.recipe.entries.map(({ path }) => path).filter((path) => !left.has(path));
  const pins = lost.filter((path) => Object.hasOwn(images, path));
  const overlay = project.files.get(SCHEMA_FILE);
  return {
    recipe: pins.reduce(
      (text, path) => editYaml(text, RECIPE_FILE, [{ path: ['images', path], to: undefined }]),
      recipe,
    ),
    project:
      overlay === undefined
        ? project
        : { ...project, files: new Map([...project.files, [SCHEMA_FILE, withoutValues(overlay, lost)]]) },
  };
}

/** The overlay of the schema, where it is another. */
export function overlayOf({ files }: Project, before: Project): readonly (readonly [string, string])[] {
  const overlay = files.get(SCHEMA_FILE);
  return overlay === undefined || overlay === before.files.get(SCHEMA_FILE) ? [] : [[SCHEMA_FILE, overlay]];
}
