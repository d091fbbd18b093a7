import { ChartError } from '../errors.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { asText, fillIn, getPath, member, setPath } from '../json/tree.ts';
import type { Presets } from '../recipe/types.ts';

/**
 * The values with what the user leaves open filled in: from the chosen preset, then from the
 * default one, and there from upstream for what it does not state itself.
 *
 * @param upstream what upstream has at a value's path; undefined when no entry binds it
 */
export function withPreset(
  presets: Presets | undefined,
  values: JsonObject,
  upstream: (path: string) => Json | undefined,
): JsonObject {
  if (presets === undefined) return values;
  const { path, default: usual, options } = presets;
  const chosen = member(options, asText(getPath(values, path))) ?? {};
  const base = options[usual];
  if (base === undefined) throw new ChartError('RECIPE_INVALID', `presets.default names no preset: ${usual}`);
  const named = [...new Set(Object.values(options).flatMap(Object.keys))];
  const unset = named.flatMap((at): (readonly [string, Json])[] => {
    const value = base[at] ?? upstream(at);
    return value === undefined ? [] : [[at, value]];
  });
  return fillIn(fillIn(values, treeOf(Object.entries(chosen))), treeOf(unset));
}

function treeOf(entries: readonly (readonly [string, Json])[]): JsonObject {
  return entries.reduce<JsonObject>((tree, [at, value]) => setPath(tree, at, value), {});
}
