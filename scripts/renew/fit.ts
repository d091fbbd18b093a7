import type { Built } from '../built.ts';
import { edited, mendingOf, type Holding, type Mending } from '../bump/drifts.ts';
import { follow } from '../bump/follow.ts';
import { withoutValues } from '../bump/overlay.ts';
import { renameEdits } from '../bump/renames.ts';
import { SCHEMA_FILE } from '../chart/schema/self-contained.ts';
import type { Project } from '../io/project.ts';
import type { Json } from '../json/json.ts';
import { attempt } from '../recipe/drifts.ts';
import { editYaml, type YamlEdit, type YamlPath } from '../recipe/edit.ts';
import type { Derivation } from '../recipe/entry.ts';
import { parseRecipe, RECIPE_FILE } from '../recipe/load.ts';
import { selects } from '../recipe/select.ts';
import type { Review } from '../review/review.ts';
import type { Recipe } from '../recipe/types.ts';
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

/** The recipe without what upstream has no more, and what names values that went with it. */
export function withoutGoneValues(
  holding: Holding,
  before: Built,
): { readonly fitting: Holding; readonly mends: readonly Mending[] } {
  const gone = follow(holding, before.model.defaults, true);
  const { recipe } = gone.holding;
  const mends = gone.followed.flatMap((one) => one.mends);
  const all = attempt(
    [],
    () => {
      const edits = mentions(recipe, before);
      return {
        // One by one: cuts of neighbours would meet.
        text: edits.reduceRight((text, edit) => editYaml(text, RECIPE_FILE, [edit]), recipe),
        told: edits.filter(({ to }) => to === undefined).map((edit) => mendingOf(recipe, edit)),
      };
    },
    { text: recipe, told: [] },
  );
  return { fitting: { ...gone.holding, recipe: all.text }, mends: [...mends, ...all.told] };
}

/** Edits of the recipe that take out what names values that are gone: in presets, and what another value follows. */
function mentions(recipe: string, { project }: Built): readonly YamlEdit[] {
  const { entries, presets } = parseRecipe(recipe, RECIPE_FILE);
  const lost: ReadonlySet<unknown> = new Set(lostPaths(entries, project));
  const without = (path: YamlPath): YamlEdit => ({ path, to: undefined });
  const ofPresets = Object.entries(presets?.options ?? {}).flatMap(([name, values]): readonly YamlEdit[] => {
    const path = ['presets', 'options', name];
    const gone = Object.keys(values).filter((key) => lost.has(key));
    if (gone.length < Object.keys(values).length) return gone.map((key) => without([...path, key]));
    return gone.length === 0 ? [] : [{ path, to: '{}', isNew: true }, without(path)];
  });
  const ofEntries = readWritten(recipe, RECIPE_FILE).entries.flatMap(({ at, entry }) => {
    // The schema has checked it.
    const { of, derive = [] } = entry as { readonly of?: Json; readonly derive?: readonly Derivation[] };
    const listed = { of: Array.isArray(of) ? of : [], derive: derive.map(({ from }) => from) };
    return Object.entries(listed).flatMap(([key, paths]): readonly YamlEdit[] => {
      const gone = paths.flatMap((path: Json, i) => (lost.has(path) ? [i] : []));
      return gone.length > 0 && gone.length === paths.length
        ? [without([...at, key])]
        : gone.map((i) => without([...at, key, i]));
    });
  });
  return [...ofPresets, ...ofEntries];
}

function lostPaths(left: Recipe['entries'], { recipe }: Project): readonly string[] {
  const paths = new Set(left.map(({ path }) => path));
  return recipe.entries.map(({ path }) => path).filter((path) => !paths.has(path));
}

/** What says something of values that are gone: their images in the recipe, and the overlay of the schema. */
export function withoutGone(
  recipe: string,
  { project }: Built,
): { readonly recipe: string; readonly project: Project } {
  const { entries, images } = parseRecipe(recipe, RECIPE_FILE);
  const left = entries.map(({ path }) => path);
  const lost = lostPaths(entries, project);
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
        : {
            ...project,
            files: new Map([...project.files, [SCHEMA_FILE, withoutValues(overlay, lost, left)]]),
          },
  };
}

/** The overlay of the schema, where it is another. */
export function overlayOf({ files }: Project, before: Project): readonly (readonly [string, string])[] {
  const overlay = files.get(SCHEMA_FILE);
  return overlay === undefined || overlay === before.files.get(SCHEMA_FILE) ? [] : [[SCHEMA_FILE, overlay]];
}
