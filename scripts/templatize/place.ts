import { isMap, isNode, isPair, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import { ChartError } from '../errors.ts';
import { placeAt } from '../parse/compose.ts';
import type { Resource } from '../parse/manifest.ts';
import { escapeKey, parseFieldPath, type Segment } from '../recipe/fieldpath.ts';
import { nearest } from '../recipe/nearest.ts';

/** A field of one resource, found by a field path. */
export type Place = FoundPlace | MissingPlace;

/** The field exists. */
export interface FoundPlace {
  readonly found: true;
  readonly resource: Resource;
  /** Exact path in the resource, as keys and list indexes. */
  readonly path: readonly (string | number)[];
  /** The field's key; undefined for a list's element. */
  readonly key: Node | undefined;
  readonly value: Node;
}

/** The last key is not there, but the map it belongs to is, or can be made. */
export interface MissingPlace {
  readonly found: false;
  readonly resource: Resource;
  readonly path: readonly (string | number)[];
  /** The map that will hold the key. */
  readonly parent: YAMLMap;
  readonly key: string;
}

interface Step {
  readonly node: Node;
  readonly key: Node | undefined;
  readonly path: readonly (string | number)[];
}

/**
 * Finds the fields that a field path names in a resource.
 *
 * @param create a missing last key is returned as a {@link MissingPlace}
 * @throws RECIPE_SELECTOR with file line, what is there and the nearest match
 */
export function findPlaces(
  resource: Resource,
  fieldPath: string,
  create: boolean,
  entry: string,
): readonly Place[] {
  const segments = parseFieldPath(fieldPath);
  const root = resource.doc.contents;
  if (!isNode(root)) return [];
  let steps: readonly Step[] = [{ node: root, key: undefined, path: [] }];
  for (const [i, segment] of segments.entries()) {
    const next: Step[] = [];
    for (const step of steps) {
      const matches = follow(step, segment);
      if (matches.length > 0) {
        next.push(...matches);
        continue;
      }
      const last = i === segments.length - 1;
      if (last && create && segment.type === 'key' && isMap(step.node)) {
        return steps.map((at) => missing(resource, at, segment.key));
      }
      throw noMatch(resource, step, segment, fieldPath, entry);
    }
    refuseAmbiguous(next, segment, resource, fieldPath, entry);
    steps = next;
  }
  return steps.map(({ node, key, path }) => ({ found: true, resource, path, key, value: node }));
}

function missing(resource: Resource, step: Step, key: string): Place {
  if (!isMap(step.node)) throw new ChartError('BUG', `No map for ${key}`);
  const pair = step.node.items.find((item) => keyText(item) === key);
  return pair !== undefined && isNode(pair.value)
    ? { found: true, resource, path: [...step.path, key], key: pair.key as Node, value: pair.value }
    : { found: false, resource, path: [...step.path, key], parent: step.node, key };
}

function follow(step: Step, segment: Segment): readonly Step[] {
  const children = isMap(step.node)
    ? mapChildren(step, step.node)
    : isSeq(step.node)
      ? listChildren(step, step.node)
      : [];
  if (segment.type === 'all') return children;
  if (segment.type === 'key') return children.filter((child) => String(child.path.at(-1)) === segment.key);
  return children.filter(
    ({ node }) => isSeq(step.node) && isMap(node) && String(node.get(segment.field)) === segment.value,
  );
}

function mapChildren(step: Step, map: YAMLMap): readonly Step[] {
  return map.items.flatMap((pair) =>
    isNode(pair.key) && isNode(pair.value)
      ? [{ node: pair.value, key: pair.key, path: [...step.path, keyText(pair)] }]
      : [],
  );
}

function listChildren(step: Step, list: YAMLSeq): readonly Step[] {
  return list.items.flatMap((item, i) =>
    isNode(item) ? [{ node: item, key: undefined, path: [...step.path, i] }] : [],
  );
}

function keyText(pair: unknown): string {
  return isPair(pair) && isScalar(pair.key) ? String(pair.key.value) : '';
}

function refuseAmbiguous(
  steps: readonly Step[],
  segment: Segment,
  resource: Resource,
  fieldPath: string,
  entry: string,
): void {
  if (segment.type !== 'match') return;
  const parents = new Set(steps.map(({ path }) => path.slice(0, -1).join('\0')));
  if (parents.size === steps.length) return;
  throw new ChartError(
    'RECIPE_SELECTOR',
    `Entry ${entry}: ${fieldPath}: [${segment.field}=${segment.value}] matches several elements of ` +
      `${resource.kind}/${resource.name} (${resource.file}:${resource.line})`,
    { hint: 'Name the element by a field that is unique, or by its index.' },
  );
}

function noMatch(
  resource: Resource,
  step: Step,
  segment: Segment,
  fieldPath: string,
  entry: string,
): ChartError {
  const wanted = segment.type === 'key' ? segment.key : segment.type === 'match' ? segment.value : '*';
  const names = candidates(step, segment);
  const guess = nearest(wanted, names);
  const at = step.path.map((part) => escapeKey(String(part))).join('.') || 'the document';
  return new ChartError(
    'RECIPE_SELECTOR',
    `Entry ${entry}: ${fieldPath} matches nothing in ${resource.kind}/${resource.name}: ` +
      `${at} (${placeOf(resource, step.node)}) has no ${wanted}` +
      (guess === undefined ? '' : `; the nearest is ${guess}`),
  );
}

function candidates(step: Step, segment: Segment): readonly string[] {
  if (segment.type === 'match' && isSeq(step.node)) {
    return step.node.items.flatMap((item) =>
      isMap(item) && item.has(segment.field) ? [String(item.get(segment.field))] : [],
    );
  }
  return isMap(step.node) ? step.node.items.map(keyText) : [];
}

/** `file:line` of a node of the resource. */
export function placeOf(resource: Resource, node: Node): string {
  return placeAt(resource, node.range?.[0] ?? 0);
}
