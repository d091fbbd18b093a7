import { ChartError } from '../errors.ts';
import type { Json, JsonObject } from '../parse/manifest.ts';
import { nearest } from '../recipe/nearest.ts';
import type { Entry, Presets } from '../recipe/types.ts';
import { isObject, setPath } from './tree.ts';

/**
 * Presets as trees of values. The default has a value for all that any of them names; what
 * another does not state is as in the default.
 */
export interface PresetTable {
  readonly path: string;
  readonly default: string;
  readonly options: Readonly<Record<string, JsonObject>>;
}

/** The paths that presets decide, so that values.yaml must leave them open. */
export function presetPaths(presets: Presets | undefined): ReadonlySet<string> {
  return new Set(Object.values(presets?.options ?? {}).flatMap((values) => Object.keys(values)));
}

/**
 * Refuses a preset of a value that nothing reads: it would change nothing, silently.
 *
 * @throws RECIPE_INVALID with the nearest path that an entry binds
 */
export function refuseUnboundPresets(presets: Presets, entries: readonly Entry[]): void {
  const paths = entries.map(({ path }) => path);
  for (const [name, values] of Object.entries(presets.options)) {
    const unbound = Object.keys(values).find(
      (at) => !paths.some((path) => at === path || at.startsWith(`${path}.`)),
    );
    if (unbound === undefined) continue;
    throw new ChartError(
      'RECIPE_INVALID',
      `recipe.yaml: presets.options.${name} sets ${unbound}, which no entry binds; the nearest is ${nearest(unbound, paths) ?? ''}`,
    );
  }
}

/**
 * The presets as trees.
 *
 * @param upstream what upstream has at a path; undefined when no entry binds it
 * @throws RECIPE_INVALID when the default preset is not among them
 */
export function presetTable(presets: Presets, upstream: (path: string) => Json | undefined): PresetTable {
  const { path, options } = presets;
  if (!(presets.default in options)) {
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

/** A tree of values with every key that it lacks, or has as null, taken from another. */
export function fillIn(values: JsonObject, from: JsonObject): JsonObject {
  const filled = Object.entries(from).map(([key, value]): readonly [string, Json] => {
    const own = values[key];
    if (own === undefined || own === null) return [key, value];
    return [key, isObject(own) && isObject(value) ? fillIn(own, value) : own];
  });
  return { ...values, ...Object.fromEntries(filled) };
}
