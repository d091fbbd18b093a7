import { createHash } from 'node:crypto';
import type { Json, Manifest } from './manifest.ts';

/**
 * `sha256:<hex>` of what a manifest says: its objects in order, as JSON with
 * sorted keys. Comments, quoting and the order of keys do not count.
 */
export function documentsDigest(manifest: Manifest): string {
  const hash = createHash('sha256');
  // One line each: JSON.stringify leaves no newline inside.
  for (const { object } of manifest.resources) hash.update(`${canonicalJson(object)}\n`);
  return `sha256:${hash.digest('hex')}`;
}

function canonicalJson(value: Json): string {
  return JSON.stringify(value, (_, inner: Json) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? sortKeys(inner) : inner,
  );
}

function sortKeys(object: Json & object): object {
  return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
