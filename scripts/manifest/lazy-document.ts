import { Document, isMap, Pair, Scalar, visit, YAMLMap, type Node } from 'yaml';
import { composeDocument, READ_OPTIONS, type Place } from './compose.ts';

/** The beginning of a line on which a field of the document itself begins. */
const FIELD = /^(?![\s#]|-\s)/gm;

/**
 * A document whose nodes are made field by field, when somebody looks into one: of a
 * CustomResourceDefinition seldom more than its metadata. Ranges are offsets into the whole text. Comments in
 * front of the fields are not in it.
 *
 * @param place whose text the quick reader (quick.ts) has read
 * @param keys of its fields, in order; where they are not what its lines begin with, all nodes are made
 */
export function lazyDocument(place: Place, keys: readonly string[]): Document {
  const { text } = place;
  const starts = [...text.matchAll(FIELD)].map(({ index }) => index).filter((start) => start < text.length);
  const fits = keys.every((key, i) => text.startsWith(`${key}:`, starts[i]));
  if (starts.length !== keys.length || !fits) return composeDocument(place);
  const map = new YAMLMap();
  map.range = [starts[0] ?? 0, text.length, text.length];
  map.items = keys.map((key, i) => lazyPair(place, key, starts[i] ?? 0, starts[i + 1]));
  const doc = new Document(null, READ_OPTIONS);
  doc.contents = map;
  return doc;
}

function lazyPair(place: Place, key: string, start: number, next: number | undefined): Pair {
  const name = new Scalar(key);
  const end = start + key.length;
  name.range = [start, end, end];
  name.source = key;
  name.type = Scalar.PLAIN;
  let value: Node | null | undefined;
  return Object.defineProperty(new Pair(name), 'value', {
    get: () => (value === undefined ? (value = valueOf(place, start, next)) : value),
  });
}

/** The nodes of the field between two offsets. */
function valueOf(place: Place, start: number, next: number | undefined): Node | null {
  // Where a field ends is seen at the next one.
  const text = `${place.text.slice(start, next)}${next === undefined ? '' : 'x:\n'}`;
  const { contents } = composeDocument({ ...place, text });
  const value = isMap(contents) ? (contents.items[0]?.value as Node | null) : null;
  visit(value, {
    Node: (_, node) => {
      if (!node.range) return;
      const [from, to, over] = node.range;
      node.range = [from + start, to + start, over + start];
    },
  });
  return value;
}
