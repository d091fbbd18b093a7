import type { Json, JsonObject } from './json.ts';
import { isObject, member } from './tree.ts';

/**
 * Merges a user's values into the chart's defaults as Helm does: maps key by key,
 * everything else replaced, null removes a key that has a default and else stays.
 * Source: Helm's chartutil.CoalesceValues; the same on Helm 3.17, 4.1 and 4.2 (measured).
 */
export function mergeValues(defaults: JsonObject, own: JsonObject): JsonObject {
  const merged = new Map<string, Json>(Object.entries(defaults));
  for (const [key, value] of Object.entries(own)) {
    const base = merged.get(key);
    if (value === null && base !== undefined) merged.delete(key);
    else merged.set(key, isObject(base) && isObject(value) ? mergeValues(base, value) : value);
  }
  return Object.fromEntries(merged);
}

/**
 * Merges values files, the later over the earlier, as Helm does: maps key by key, everything else
 * replaced. Null stays, because it takes back a default of the chart.
 * Source: Helm's cli/values.mergeMaps.
 */
export function mergeFiles(earlier: JsonObject, later: JsonObject): JsonObject {
  const own = Object.entries(later).map(([key, value]): readonly [string, Json] => {
    const base = member(earlier, key);
    return [key, isObject(base) && isObject(value) ? mergeFiles(base, value) : value];
  });
  return { ...earlier, ...Object.fromEntries(own) };
}
