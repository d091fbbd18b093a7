import { isCollection, isNode, isScalar, isSeq, stringify, type Node } from 'yaml';
import { ChartError } from '../errors.ts';
import type { Json } from '../parse/manifest.ts';
import { nearest } from '../recipe/nearest.ts';
import { entryName, type Entry } from '../recipe/types.ts';
import type { FieldBinding } from './binding.ts';
import { columnOf, escapeTemplate, lineEnd, lineStart, span, type Edit } from './edit.ts';
import { keyText } from './node.ts';
import { showPlace, type FoundPlace, type MissingPlace, type Place } from './place.ts';

/** Replaces everything behind the key: `key:` and, on lines below, what `body` gives for the indent. */
export function block(entry: Entry, place: FoundPlace, body: (indent: number) => string): Edit {
  const { key, value, resource } = place;
  if (key === undefined) return fail(entry, place, 'is an element of a list, not a field');
  const column = keyColumn(resource.text, key);
  const start = key.range?.[1] ?? 0;
  const pad = ' '.repeat(column + 2);
  return { start, end: span(resource.text, value)[1], text: `:\n${pad}${body(column + 2)}`, column };
}

/** Adds behind the last line of a list or map, or makes the field when there is none. */
export function addToBlock(binding: FieldBinding, condition: string, body: string): Edit {
  const { entry, place } = binding;
  const filled = (pad: string, indent: number): string =>
    `${pad}{{- with ${condition} }}\n${pad}${keyOf(place)}:\n${pad}  {{- ${body} | nindent ${indent + 2} }}\n${pad}`;
  if (!place.found) return insert(binding, place, (pad, indent) => `${filled(pad, indent)}{{- end }}`);
  const { value, resource, key } = place;
  const isNull = isScalar(value) && value.value === null;
  if (!isCollection(value) && !isNull) return fail(entry, place, 'is neither a list nor a map');
  if (!isCollection(value) || value.items.length === 0) {
    // What upstream leaves empty stays as it is while nothing is added.
    const empty = `${keyOf(place)}: ${isNull ? 'null' : isSeq(value) ? '[]' : '{}'}`;
    return wholeField(
      entry,
      place,
      (pad, indent) => `${filled(pad, indent)}{{- else }}\n${pad}${empty}\n${pad}{{- end }}`,
    );
  }
  if (key === undefined) return fail(entry, place, 'is an element of a list, not a field');
  return behind(value, resource.text, condition, (pad) => [`${pad}{{- ${body} | nindent ${pad.length} }}`]);
}

/** Lines behind the last one of a list or map, only where the condition holds. */
export function behind(
  value: Node,
  text: string,
  condition: string,
  lines: (pad: string) => readonly string[],
): Edit {
  const column = columnOf(text, firstOf(value).range?.[0] ?? 0) - (isSeq(value) ? 2 : 0);
  const pad = ' '.repeat(column);
  const at = lineEnd(text, span(text, value)[1]);
  const all = [`${pad}{{- with ${condition} }}`, ...lines(pad), `${pad}{{- end }}`];
  return { start: at, end: at, text: `\n${all.join('\n')}`, column };
}

function firstOf(value: Node): Node {
  const item: unknown = isCollection(value) ? value.items[0] : undefined;
  if (isNode(item)) return item;
  const key: unknown = (item as { key?: unknown } | undefined)?.key;
  return isNode(key) ? key : value;
}

/** Replaces the field's whole lines. */
export function wholeField(
  entry: Entry,
  place: FoundPlace,
  body: (pad: string, indent: number) => string,
): Edit {
  const { key, value, resource } = place;
  if (key === undefined) return fail(entry, place, 'is an element of a list, not a field');
  const start = lineStart(resource.text, key.range?.[0] ?? 0);
  const column = keyColumn(resource.text, key);
  if (resource.text.slice(start, start + column).trim() !== '') {
    return fail(entry, place, "is the first key of a list's element, so it cannot disappear");
  }
  return { start, end: span(resource.text, value)[1], text: body(' '.repeat(column), column), column };
}

/** Writes a new field behind its sibling, or at the end of its map. */
export function insert(
  { entry, after }: FieldBinding,
  place: MissingPlace,
  body: (pad: string, indent: number) => string,
): Edit {
  const { parent, resource } = place;
  const [head] = parent.items;
  if (head === undefined || !isNode(head.key)) return fail(entry, place, 'cannot be added to an empty map');
  const column = keyColumn(resource.text, head.key);
  const sibling =
    after === undefined ? parent.items.at(-1) : parent.items.find((pair) => keyText(pair) === after);
  if (sibling === undefined) {
    const guess = nearest(after ?? '', parent.items.map(keyText));
    return fail(
      entry,
      place,
      `cannot be written after ${after ?? ''}, which is not there; the nearest is ${guess ?? ''}`,
    );
  }
  const end = isNode(sibling.value) ? span(resource.text, sibling.value)[1] : 0;
  const at = lineEnd(resource.text, end);
  return { start: at, end: at, text: `\n${body(' '.repeat(column), column)}`, column };
}

/** A value as YAML text that Go templates leave alone. */
export function literal(value: Json): string {
  const text = stringify(value, { lineWidth: 0, compat: 'yaml-1.1', version: '1.1' }).trimEnd();
  return escapeTemplate(text);
}

/** A text with every line moved in. */
export function indentText(text: string, pad: string): string {
  return text.replaceAll(/^/gm, pad);
}

/** The last key of a place, as YAML. */
export function keyOf(place: Place): string {
  return literal(String(place.path.at(-1)));
}

function keyColumn(text: string, key: Node): number {
  return columnOf(text, key.range?.[0] ?? 0);
}

/** Says that an entry cannot do what it should with a field. Throws RECIPE_SELECTOR. */
export function fail(entry: Entry, place: Place, what: string): never {
  throw new ChartError('RECIPE_SELECTOR', `${entryName(entry)} (${entry.as}): ${showPlace(place)} ${what}`);
}
