import { ChartError } from '../errors.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { nearest } from '../recipe/nearest.ts';
import { presetPaths } from '../recipe/omissions.ts';
import type { Entry } from '../recipe/entry.ts';
import type { Presets } from '../recipe/types.ts';
import { setPath } from '../json/tree.ts';

/**
 * Presets as trees of values. The default has a value for all that any of them names; what
 * another does not state is as in the default.
 */
export interface PresetTable {
  readonly path: string;
  readonly default: string;
  readonly options: Readonly<Record<string, JsonObject>>;
}

/**
 * Refuses a preset of a value that nothing reads: it would change nothing, silently.
 *
 * @throws RECIPE_INVALID with the nearest path that an entry binds
 */
export function refuseUnboundPresets(presets: Presets, entries: readonly Entry[]): void {
  const paths = entries.map(({ path }) => path);
  for (const [name, values] of Object.entries(presets.options)) {
    const unbound = Object.keys(values).find((at) => !paths.some((path) => isPart(at, path)));
    if (unbound === undefined) continue;
    throw new ChartError(
      'RECIPE_INVALID',
      `recipe.yaml: presets.options.${name} sets ${unbound}, which no entry binds; the nearest is ${nearest(unbound, paths) ?? ''}`,
    );
  }
  const images = entries.filter(({ form }) => form === 'image').map(({ path }) => path);
  const pinned = [...presetPaths(presets)].find((at) => images.some((path) => isPart(at, path)));
  if (pinned === undefined) return;
  throw new ChartError('RECIPE_INVALID', `recipe.yaml: presets set ${pinned}, which upstream/lock.yaml pins`);
}

/** Whether a path is that of a value or inside of it. */
function isPart(at: string, path: string): boolean {
  return at === path || at.startsWith(`${path}.`);
}

/**
 * The presets as trees.
 *
 * @param upstream what upstream has at a path; undefined when no entry binds it
 * @throws RECIPE_INVALID when the default preset is not among them
 */
export function presetTable(presets: Presets, upstream: (path: string) => Json | undefined): PresetTable {
  const { path, options } = presets;
  if (!Object.hasOwn(options, presets.default)) {
    throw new ChartError(
      'RECIPE_INVALID',
      `recipe.yaml: presets.default is ${presets.default}, which is none of ${Object.keys(options).join(', ')}; the nearest is ${nearest(presets.default, Object.keys(options)) ?? ''}`,
    );
  }
  const base = [...presetPaths(presets)].reduce<JsonObject>((tree, at) => {
    const value = upstream(at);
    return value === undefined ? tree : setPath(tree, at, value);
  }, {});
  const trees = Object.entries(options).map(([name, values]) => {
    const tree = Object.entries(values).reduce<JsonObject>(
      (at, [key, value]) => setPath(at, key, value),
      name === presets.default ? base : {},
    );
    return [name, tree] as const;
  });
  return { path, default: presets.default, options: Object.fromEntries(trees) };
}
