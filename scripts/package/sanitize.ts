import type { Json, JsonObject } from '../json/json.ts';
import { isObject } from '../json/tree.ts';

/** Members of Chart.yaml that Helm leaves as they are. */
const AS_IS: ReadonlySet<string> = new Set(['annotations', 'import-values']);

/**
 * Text of Chart.yaml as Helm takes it: a blank of any kind becomes a space, what cannot be
 * printed is dropped.
 * Source: Helm, pkg/chart/metadata.go, sanitizeString; Go, unicode.IsSpace and IsPrint.
 */
export function sanitize(text: string): string {
  return text.replaceAll(/\p{White_Space}/gu, ' ').replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '');
}

/** Chart.yaml with every text as Helm takes it. */
export function sanitizeAll(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, AS_IS.has(key) ? value : sanitized(value)]),
  );
}

function sanitized(value: Json): Json {
  if (typeof value === 'string') return sanitize(value);
  if (Array.isArray(value)) return value.map((item: Json) => sanitized(item));
  return isObject(value) ? sanitizeAll(value) : value;
}
