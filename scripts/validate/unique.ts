import { ChartError } from '../errors.ts';
import type { JsonObject } from '../parse/manifest.ts';
import { identityKeys, type EachEntry } from '../recipe/types.ts';

/**
 * Refuses two elements of a list that would be one object: draft-07's uniqueItems
 * compares whole elements, not the keys that name them.
 *
 * @throws VALUES_REFUSED
 */
export function refuseSameTwice(entry: EachEntry, items: readonly JsonObject[]): void {
  const keys = identityKeys(entry);
  const seen = new Set<string>();
  for (const item of items) {
    const id = keys.map((key) => String(item[key])).join('/');
    if (seen.has(id)) {
      throw new ChartError('VALUES_REFUSED', `${entry.path} names ${id} twice`, {
        hint: 'Give each a name of its own.',
      });
    }
    seen.add(id);
  }
}
