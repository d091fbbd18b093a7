import type { Json } from '../../scripts/json/json.ts';
import { equalJson, isObject } from '../../scripts/json/tree.ts';

/** Paths of the leaves that differ, sorted; an empty map is as none. */
export function fieldsIn(before: Json | undefined, after: Json | undefined, at = ''): readonly string[] {
  if (equalJson(before, after)) return [];
  const [old, now] = [before ?? {}, after ?? {}].map(asMap);
  if (old === undefined || now === undefined) return [at];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return keys.flatMap((key) => fieldsIn(old[key], now[key], at === '' ? key : `${at}.${key}`)).toSorted();
}

function asMap(value: Json): Readonly<Record<string, Json>> | undefined {
  if (isObject(value)) return value;
  return Array.isArray(value) ? Object.fromEntries(value.map((item, i) => [i, item])) : undefined;
}
