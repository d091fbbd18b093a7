import type { JsonObject } from '../json/json.ts';
import { isObject } from '../json/tree.ts';

/** The labels or annotations of an object; none where there is no map of them. */
export function metadataOf({ metadata }: JsonObject, field: 'labels' | 'annotations'): JsonObject {
  const map = isObject(metadata) ? metadata[field] : undefined;
  return isObject(map) ? map : {};
}
