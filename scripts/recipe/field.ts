import { isMap, isNode, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Json } from '../json/json.ts';
import type { Resource } from '../manifest/manifest.ts';
import { parseFieldPath, type Segment } from './fieldpath.ts';
import { keyText, placeOf, type Step } from './node.ts';
import { ambiguous, noMatch, type Wanted } from './no-match.ts';

/** A field of one resource, found by a field path. */
export type Field = FoundField | MissingField;

/** The field exists. */
export interface FoundField {
  readonly found: true;
  readonly resource: Resource;
  /** Exact path in the resource, as keys and list indexes. */
  readonly path: readonly (string | number)[];
  /** The field's key; undefined for a list's element. */
  readonly key: Node | undefined;
  readonly value: Node;
}

/** The last key is not there, but the map it belongs to is, or can be made. */
export interface MissingField {
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
 * @param create a missing last key is returned as a {@link MissingField}
 * @param whose the entry, as messages name it
 * @throws RECIPE_SELECTOR with file and line, what is there and the nearest match
 */
export function findFields(
  resource: Resource,
  fieldPath: string,
  create: boolean,
  whose: string,
): readonly Field[] {
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
  return steps.map((step) => fieldAt(resource, step));
}

function fieldAt(resource: Resource, { node, key, path }: Step): FoundField {
  return { found: true, resource, path, key, value: node };
}

function childOrMissing(about: Wanted, step: Step, key: string): Field {
  const [child] = follow(step, { type: 'key', key });
  if (child !== undefined) return fieldAt(about.resource, child);
  if (!isMap(step.node)) throw noMatch(about, step, { type: 'key', key });
  return { found: false, resource: about.resource, path: [...step.path, key], parent: step.node, key };
}

function follow(step: Step, segment: Segment): readonly Step[] {
  // A map of thousands is asked for each of its keys.
  if (isMap(step.node))
    return segment.type === 'match'
      ? []
      : mapChildren(step, step.node, segment.type === 'key' ? segment.key : undefined);
  const children = isSeq(step.node) ? listChildren(step, step.node) : [];
  if (segment.type === 'all') return children;
  if (segment.type === 'key') return children.filter((child) => String(child.path.at(-1)) === segment.key);
  return children.filter(({ node }) => isMap(node) && String(node.get(segment.field)) === segment.value);
}

function mapChildren(step: Step, map: YAMLMap, wanted: string | undefined): readonly Step[] {
  const pairs = wanted === undefined ? map.items : map.items.filter((pair) => keyText(pair) === wanted);
  return pairs.flatMap((pair) =>
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

/** What a field has, with what its aliases stand for. */
export function valueAt({ resource, path }: FoundField): Json {
  return path.reduce<Json>(
    (at, key) => (at as Readonly<Record<string | number, Json>>)[key] ?? null,
    resource.object,
  );
}

/** The field, or the outermost map that holds nothing but it. */
export function outermost(field: FoundField): FoundField {
  const { resource, path } = field;
  const map = path.slice(0, -1);
  const parent: unknown = resource.doc.getIn(map, true);
  const around: unknown = resource.doc.getIn(map.slice(0, -1), true);
  if (!isMap(parent) || parent.items.length > 1 || !isMap(around)) return field;
  const pair = around.items.find((candidate) => candidate.value === parent);
  return isNode(pair?.key)
    ? outermost({ found: true, resource, path: map, key: pair.key, value: parent })
    : field;
}

/** `Kind/name path (file:line)` of a field, or of the map that lacks it. */
export function showField(field: Field): string {
  const { kind, name } = field.resource;
  const at = placeOf(field.resource, field.found ? (field.key ?? field.value) : field.parent);
  return `${kind}/${name} ${field.path.join('.')} (${at})`;
}
