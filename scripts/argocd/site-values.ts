import type { Json, JsonObject } from '../parse/manifest.ts';
import { isObject } from '../templatize/tree.ts';

/**
 * Values of the site over the recipe's, as Helm merges several values files: maps key by key,
 * everything else replaced. Null stays, because it takes back a default of the chart.
 * Source: Helm's cli/values.mergeMaps.
 */
export function siteValues(recipe: JsonObject, site: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...recipe };
  for (const [key, value] of Object.entries(site)) {
    const base = merged[key];
    merged[key] = isObject(base) && isObject(value) ? siteValues(base, value) : value;
  }
  return merged;
}
