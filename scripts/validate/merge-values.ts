import type { Json, JsonObject } from '../parse/manifest.ts';
import { isObject } from '../templatize/tree.ts';

/**
 * Merges a user's values into the chart's defaults as Helm does: maps key by key,
 * everything else replaced, null removes a key that has a default and else stays.
 * Source: Helm's chartutil.CoalesceValues; the same on Helm 3.17, 4.1 and 4.2 (measured).
 */
export function mergeValues(defaults: JsonObject, own: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...defaults };
  for (const [key, value] of Object.entries(own)) {
    const base = merged[key];
    if (value === null && key in merged) delete merged[key];
    else merged[key] = isObject(base) && isObject(value) ? mergeValues(base, value) : value;
  }
  return merged;
}
