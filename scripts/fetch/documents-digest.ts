import { createHash } from 'node:crypto';
import type { Json } from '../json/json.ts';
import { isObject } from '../json/tree.ts';
import type { Manifest } from '../manifest/manifest.ts';

/**
 * `sha256:<hex>` of what a manifest says: its objects in order, as JSON with
 * sorted keys. Comments, quoting and the order of keys do not count.
 */
export function documentsDigest(manifest: Manifest): string {
  const hash = createHash('sha256');
  // One line each: JSON.stringify leaves no newline inside.
  for (const { object } of manifest.resources) hash.update(`${JSON.stringify(sorted(object))}\n`);
  return `sha256:${hash.digest('hex')}`;
}

/** The same with the keys of every map in order. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => sorted(item));
  if (!isObject(value)) return value;
  const keys = Object.keys(value).toSorted();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key] ?? null)]));
}
