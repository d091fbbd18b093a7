import { isMap, isNode, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Resource } from '../parse/manifest.ts';
import { parseFieldPath, type Segment } from '../recipe/fieldpath.ts';
import { keyText, placeOf, type Step } from './node.ts';
import { ambiguous, noMatch, type Wanted } from './no-match.ts';

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

/**
 * Finds the fields that a field path names in a resource.
 *
 * @param create a missing last key is returned as a {@link MissingPlace}
 * @param whose the entry, as messages name it
 * @throws RECIPE_SELECTOR with file and line, what is there and the nearest match
 */
export function findPlaces(
  resource: Resource,
  fieldPath: string,
  create: boolean,
  whose: string,
): readonly Place[] {
  const segments = parseFieldPath(fieldPath, whose);
  const root = resource.doc.contents;
  if (!isNode(root)) return [];
  const about = { whose, fieldPath, resource };
  let steps: readonly Step[] = [{ node: root, key: undefined, path: [] }];
  for (const [i, segment] of segments.entries()) {
    const makes = create && segment.type === 'key' && i === segments.length - 1;
    if (makes) return steps.map((step) => childOrMissing(about, step, segment.key));
    steps = steps.flatMap((step) => {
      const matches = follow(step, segment);
      if (matches.length === 0) throw noMatch(about, step, segment);
      if (segment.type === 'match' && matches.length > 1) throw ambiguous(about, matches, segment);
      return matches;
    });
  }
  return steps.map((step) => placeAtStep(resource, step));
}

function placeAtStep(resource: Resource, { node, key, path }: Step): FoundPlace {
  return { found: true, resource, path, key, value: node };
}

function childOrMissing(about: Wanted, step: Step, key: string): Place {
  const [child] = follow(step, { type: 'key', key });
  if (child !== undefined) return placeAtStep(about.resource, child);
  if (!isMap(step.node)) throw noMatch(about, step, { type: 'key', key });
  return { found: false, resource: about.resource, path: [...step.path, key], parent: step.node, key };
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

/** `Kind/name path (file:line)` of a field, or of the map that lacks it. */
export function showPlace(place: Place): string {
  const { kind, name } = place.resource;
  const at = placeOf(place.resource, place.found ? (place.key ?? place.value) : place.parent);
  return `${kind}/${name} ${place.path.join('.')} (${at})`;
}
