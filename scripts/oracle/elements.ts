import type { Json, JsonObject } from '../json/json.ts';
import { parseFieldPath } from '../recipe/fieldpath.ts';
import { identityKeys, type Entry } from '../recipe/entry.ts';
import { asText, isObject, member } from '../json/tree.ts';
import { isEmpty } from './emptiness.ts';
import { prettyJson, styleOf } from './json-text.ts';
import { fieldsAt, locate } from './locate.ts';

/** A copy of the pattern with the element's texts; what the element does not have is gone. */
export function withTexts(each: Entry, item: JsonObject, pattern: JsonObject): JsonObject {
  const object = structuredClone<JsonObject>(pattern);
  for (const [fieldPath, key] of Object.entries(each.fields ?? {})) {
    const value = member(item, key) ?? null;
    for (const [parent, last] of locate(object, parseFieldPath(fieldPath))) {
      if (isObject(parent[last])) continue;
      if (isEmpty(value) && !identityKeys(each).includes(key)) remove(object, fieldPath);
      else parent[last] = isObject(value) ? prettyJson(value, styleOf(asText(parent[last])), '') : value;
    }
  }
  return object;
}

/** Takes away a field, and the maps that are empty without it. */
function remove(object: JsonObject, fieldPath: string): void {
  const segments = parseFieldPath(fieldPath);
  for (let length = segments.length; length > 0; length -= 1) {
    const path = segments.slice(0, length);
    if (length < segments.length && !fieldsAt(object, path).every(isEmpty)) return;
    for (const [parent, last] of locate(object, path)) delete parent[last];
  }
}

/** Adds the element's keys to the maps of its object; a map that stays empty is gone. */
export function withMaps(each: Entry, item: JsonObject, object: JsonObject): JsonObject {
  for (const [fieldPath, key] of Object.entries(each.fields ?? {})) {
    for (const [parent, last] of locate(object, parseFieldPath(fieldPath))) {
      const present: Json = parent[last] ?? null;
      if (!isObject(present)) continue;
      const all = { ...present, ...((member(item, key) ?? {}) as JsonObject) };
      if (isEmpty(all)) delete parent[last];
      else parent[last] = all;
    }
  }
  return object;
}
