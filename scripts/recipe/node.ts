import { isPair, isScalar, type Node } from 'yaml';
import { placeAt } from '../manifest/compose.ts';
import type { Resource } from '../manifest/manifest.ts';

/** A node that a field path has come to. */
export interface Step {
  readonly node: Node;
  /** Its key; undefined for a list's element. */
  readonly key: Node | undefined;
  readonly path: readonly (string | number)[];
}

/** The key of a map's pair as text. */
export function keyText(pair: unknown): string {
  return isPair(pair) && isScalar(pair.key) ? String(pair.key.value) : '';
}

/** `file:line` of a node of the resource. */
export function placeOf(resource: Resource, node: Node): string {
  return placeAt(resource, node.range?.[0] ?? 0);
}
