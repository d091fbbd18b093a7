import { isCollection, isNode, isScalar, isSeq, type Node } from 'yaml';
import { ChartError } from '../errors.ts';
import type { Json } from '../json/json.ts';
import { isObject } from '../json/tree.ts';
import { showField, type Field, type FoundField, type MissingField } from '../recipe/field.ts';
import { trimEnd } from '../manifest/trim-end.ts';
import { writeYamlInLines } from '../manifest/write-yaml.ts';
import { nearest } from '../recipe/nearest.ts';
import { keyText } from '../recipe/node.ts';
import type { Binding } from '../recipe/resolve.ts';
import { entryName, kindOf, type Entry } from '../recipe/entry.ts';
import type { Written } from './forms/form.ts';
import { escapeTemplate } from './go-template.ts';
import { columnOf, lineEnd, lineStart, span, type Edit } from './text-edit.ts';

/** A field with what is written in it, key and all, each line moved in. */
export function fieldText(field: Field, written: Written, pad: string): string {
  const key = keyOf(field);
  if (written.as === 'inline') return `${pad}${key}: ${written.text}`;
  if (written.as === 'tree')
    return indentText(
      written.text((content) => ({ [lastKey(field)]: content })),
      pad,
    );
  return `${pad}${key}:${written.head}\n${pad}  ${written.body(pad.length + 2)}`;
}

/** A list's element, each line moved in. */
export function elementText(written: Written, pad: string): string {
  if (written.as === 'inline') return `${pad}- ${written.text}`;
  if (written.as === 'tree')
    return indentText(
      written.text((content) => [content]),
      pad,
    );
  return `${pad}-${written.head}\n${pad}  ${written.body(pad.length + 2)}`;
}

/** Puts something in the place of what a field has. */
export function replaceValue(entry: Entry, field: FoundField, written: Written): Edit {
  const { key, value, resource } = field;
  const [start, end] = span(resource.text, value);
  if (written.as === 'inline') {
    if (!isScalar(value)) return fail(entry, field, 'is not a scalar');
    return { start, end, text: written.text, column: 0 };
  }
  if (key === undefined) return fail(entry, field, 'is an element of a list, not a field');
  const column = keyColumn(resource.text, key);
  const text = fieldText(field, written, ' '.repeat(column)).slice(column);
  // The key stays as it is written: it may be in quotes.
  const own = written.as === 'tree' ? (key.range?.[0] ?? 0) : (key.range?.[1] ?? 0);
  return { start: own, end, text: written.as === 'tree' ? text : text.slice(keyOf(field).length), column };
}

/** Replaces the field's whole lines. */
export function wholeField(entry: Entry, field: FoundField, body: (pad: string) => string): Edit {
  const { key, value, resource } = field;
  if (key === undefined) return fail(entry, field, 'is an element of a list, not a field');
  const start = lineStart(resource.text, key.range?.[0] ?? 0);
  const column = keyColumn(resource.text, key);
  if (resource.text.slice(start, start + column).trim() !== '') {
    return fail(entry, field, "is the first key of a list's element, so it cannot disappear");
  }
  return { start, end: span(resource.text, value)[1], text: body(' '.repeat(column)), column };
}

/** Writes a new field behind its sibling, or at the end of its map. */
export function insert({ entry, target }: Binding, field: MissingField, body: (pad: string) => string): Edit {
  const { parent, resource } = field;
  const { after } = target;
  const [head] = parent.items;
  if (head === undefined || !isNode(head.key)) return fail(entry, field, 'cannot be added to an empty map');
  const column = keyColumn(resource.text, head.key);
  const sibling =
    after === undefined ? parent.items.at(-1) : parent.items.find((pair) => keyText(pair) === after);
  if (sibling === undefined) {
    const guess = nearest(after ?? '', parent.items.map(keyText));
    return fail(
      entry,
      field,
      `cannot be written after ${after ?? ''}, which is not there; the nearest is ${guess ?? ''}`,
    );
  }
  const end = isNode(sibling.value) ? span(resource.text, sibling.value)[1] : 0;
  const at = lineEnd(resource.text, end);
  return { start: at, end: at, text: `\n${body(' '.repeat(column))}`, column };
}

/** Lines behind the last one of a list or map that is not empty. */
export function behind(field: FoundField, lines: (pad: string) => string): Edit {
  const { value, resource } = field;
  const column = columnOf(resource.text, firstOf(value).range?.[0] ?? 0) - (isSeq(value) ? 2 : 0);
  const at = lineEnd(resource.text, span(resource.text, value)[1]);
  return { start: at, end: at, text: `\n${lines(' '.repeat(column))}`, column };
}

function firstOf(value: Node): Node {
  const item: unknown = isCollection(value) ? value.items[0] : undefined;
  if (isNode(item)) return item;
  const key: unknown = (item as { key?: unknown } | undefined)?.key;
  return isNode(key) ? key : value;
}

/** What an empty field is written as: null, [] or {}; undefined when it holds something. */
export function emptyText({ value }: FoundField): string | undefined {
  if (isScalar(value)) return value.value === null ? 'null' : undefined;
  if (!isCollection(value) || value.items.length > 0) return undefined;
  return isSeq(value) ? '[]' : '{}';
}

/** A value as YAML text that Go templates leave alone. */
export function literal(value: Json): string {
  return escapeTemplate(trimEnd(writeYamlInLines(value)));
}

/**
 * Content as YAML text in which some strings are template expressions.
 *
 * @param expression what to write for a string; undefined when it is to stay as it is
 */
export function yamlText(content: Json, expression: (text: string) => string | undefined): string {
  let word = 'EXPRESSION';
  while (JSON.stringify(content).includes(word)) word += 'N';
  const expressions: string[] = [];
  const marked = (node: Json): Json => {
    if (typeof node === 'string') {
      const text = expression(node);
      return text === undefined ? node : `${word}${expressions.push(text) - 1}E`;
    }
    if (Array.isArray(node)) return node.map((item: Json) => marked(item));
    if (!isObject(node)) return node;
    return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, marked(inner)]));
  };
  return literal(marked(content)).replaceAll(
    new RegExp(`${word}(\\d+)E`, 'g'),
    (_, index: string) => expressions[Number(index)] ?? '',
  );
}

/** A text with every line moved in. */
export function indentText(text: string, pad: string): string {
  return text.replaceAll(/^/gm, pad);
}

/** The last key of a field, as YAML. */
export function keyOf(field: Field): string {
  return literal(lastKey(field));
}

function lastKey({ path }: Field): string {
  return String(path.at(-1));
}

function keyColumn(text: string, key: Node): number {
  return columnOf(text, key.range?.[0] ?? 0);
}

/** Says that an entry cannot do what it should with a field. Throws RECIPE_SELECTOR. */
export function fail(entry: Entry, field: Field, what: string): never {
  throw new ChartError(
    'RECIPE_SELECTOR',
    `${entryName(entry)} (${kindOf(entry)}): ${showField(field)} ${what}`,
  );
}
