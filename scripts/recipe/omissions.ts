import type { Presets, Recipe } from './types.ts';

/** The paths that presets decide, so that values.yaml must leave them open. */
export function presetPaths(presets: Presets | undefined): ReadonlySet<string> {
  return new Set(Object.values(presets?.options ?? {}).flatMap((values) => Object.keys(values)));
}

/** A map of values in which keys that are empty count as left out. */
export interface Omission {
  /** Path of the map; empty for the root. */
  readonly path: string;
  /** These keys alone; otherwise all, at every depth. */
  readonly keys?: readonly string[];
}

/**
 * Where an empty key counts as left out: as `omitEmpty` says, and in a scalar that presets
 * decide, which then follows the preset.
 */
export function omissionsOf({ entries, presets }: Pick<Recipe, 'entries' | 'presets'>): readonly Omission[] {
  const open = presetPaths(presets);
  return entries.flatMap(({ path, place, form, omitEmpty }): readonly Omission[] => {
    if (omitEmpty !== undefined) return [{ path, ...(omitEmpty !== true && { keys: omitEmpty }) }];
    if (form !== 'value' || place !== 'replace' || !open.has(path)) return [];
    const dot = path.lastIndexOf('.');
    return [{ path: path.slice(0, Math.max(dot, 0)), keys: [path.slice(dot + 1)] }];
  });
}
