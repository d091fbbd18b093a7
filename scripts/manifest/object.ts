import { isMap, isScalar, isSeq, type Node } from 'yaml';
import type { Expander } from './expand.ts';
import type { Json } from '../json/json.ts';

/**
 * The plain data of a node, aliases and merge keys expanded.
 *
 * @throws what {@link Expander} throws; PARSE_YAML for a number that JSON cannot hold
 */
export function objectOf(node: Node | null, expander: Expander): Json {
  if (node === null) return null;
  return expander.enter(node, (resolved): Json => {
    if (isMap(resolved)) {
      // fromEntries defines own properties, also for the name `__proto__`.
      return Object.fromEntries(
        expander.members(resolved).map(({ key, value }) => [key, objectOf(value, expander)]),
      );
    }
    if (isSeq(resolved)) return (resolved.items as readonly Node[]).map((item) => objectOf(item, expander));
    if (isScalar(resolved) && typeof resolved.value === 'number' && !Number.isFinite(resolved.value)) {
      return expander.refuse(
        'PARSE_YAML',
        resolved,
        `${resolved.source ?? ''} is no number that JSON can hold`,
      );
    }
    return resolved.value as Json;
  });
}
