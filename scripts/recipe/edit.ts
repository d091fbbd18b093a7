import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Document,
  visit,
  type Node,
  type Scalar,
} from 'yaml';
import { ChartError } from '../errors.ts';
import { composeDocument } from '../manifest/compose.ts';
import { trimEnd } from '../manifest/trim-end.ts';
import { COMPAT } from '../manifest/write-yaml.ts';

/** Where something stands in a YAML file, as keys and indexes. */
export type YamlPath = readonly (string | number)[];

/** One change of a YAML file: a text in place of what stands at a path, or nothing, and its key goes too. */
export interface YamlEdit {
  readonly path: YamlPath;
  /** Undefined: the key or element goes, with its value. */
  readonly to: string | undefined;
  /** The key is not there yet, and `to` is its value as YAML. */
  readonly isNew?: true;
}

/** A replacement of `text[start, end)`. */
interface Cut {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Changes a YAML file in its text: comments, order, quotes and blank lines of all else stay as a person
 * wrote them, and without edits every byte does.
 *
 * @param file the name that messages show
 * @throws RECIPE_INVALID when there is nothing at a path, or it cannot be changed where it stands
 */
export function editYaml(text: string, file: string, edits: readonly YamlEdit[]): string {
  if (edits.length === 0) return text;
  const doc = composeDocument({ file, line: 1, text });
  const cuts = edits.map(({ path, to, isNew = false }) => {
    const refuse = (why: string): never => {
      throw new ChartError('RECIPE_INVALID', `${file}: ${path.join('.')} ${why}`, {
        hint: 'Change it by hand.',
      });
    };
    if (to === undefined) return removal(text, doc, path, refuse);
    return isNew ? insertion(text, doc, path, to, refuse) : replacement(doc, path, to, refuse);
  });
  const sorted = [...new Map(cuts.map((cut) => [`${cut.start} ${cut.text}`, cut])).values()].toSorted(
    (a, b) => b.start - a.start,
  );
  const edited = sorted.reduce((at, cut) => at.slice(0, cut.start) + cut.text + at.slice(cut.end), text);
  // What an anchor held may be missed elsewhere.
  if (hasLostAnchor(composeDocument({ file, line: 1, text: edited })))
    throw new ChartError('RECIPE_INVALID', `${file}: an alias names what would no longer be there`, {
      hint: 'Change it by hand.',
    });
  return edited;
}

/**
 * Adds elements to a list in the text of a YAML file. All else stays, as in {@link editYaml}.
 *
 * @param behind index of the element behind which they go; the last by default
 * @param added elements as lines, each from two blanks and `- ` on
 * @throws RECIPE_INVALID when there is no list at the path that has lines for its elements
 */
export function appendYaml(text: string, file: string, path: YamlPath, added: string, behind = -1): string {
  const list = nodeAt(composeDocument({ file, line: 1, text }), path);
  const last = isSeq(list) && list.flow !== true ? list.items.at(behind) : undefined;
  if (!isNode(list) || !list.range || !isNode(last) || !last.range)
    throw new ChartError('RECIPE_INVALID', `${file}: ${path.join('.')} is no list with lines of its own`, {
      hint: `Write it as \`${path.join('.')}:\`, and below it each element from \`- \` on.`,
    });
  const [start] = list.range;
  const indent = ' '.repeat(start - text.lastIndexOf('\n', start - 1) - 1);
  const [from, to] = last.range;
  // Behind a comment on the element's last line.
  const line = text.indexOf('\n', from + trimEnd(text.slice(from, to)).length);
  const [head, tail] = line < 0 ? [`${text}\n`, ''] : [text.slice(0, line + 1), text.slice(line + 1)];
  return `${head}\n${added.replaceAll(/^ {2}/gm, indent)}${tail}`;
}

function hasLostAnchor(doc: Document.Parsed): boolean {
  let isLost = false;
  visit(doc, { Alias: (_, alias) => void (isLost ||= alias.resolve(doc) === undefined) });
  return isLost;
}

type Refuse = (why: string) => never;

/** What stands at a path, behind aliases, too. */
function nodeAt(doc: Document.Parsed, path: YamlPath): Node | undefined {
  let node: unknown = doc.contents;
  for (const key of path) {
    const inside = isAlias(node) ? node.resolve(doc) : node;
    node = isCollection(inside) ? inside.get(key, true) : undefined;
  }
  const found = isAlias(node) ? node.resolve(doc) : node;
  return isNode(found) ? found : undefined;
}

function replacement(doc: Document.Parsed, path: YamlPath, to: string, refuse: Refuse): Cut {
  const node = nodeAt(doc, path);
  if (!isScalar(node) || !node.range) return refuse('is no single value');
  const [start, end] = node.range;
  if (node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL')
    return refuse('is a text of several lines');
  return { start, end, text: written(to, node.type) };
}

/** A text as YAML, in the quotes that it had; plain only where it means itself in a list on one line, too. */
function written(text: string, type: Scalar.Type | undefined): string {
  const doc = new Document([text], { compat: COMPAT });
  if (isCollection(doc.contents)) {
    doc.contents.flow = true;
    const item: unknown = doc.contents.items[0];
    if (isScalar(item) && type !== undefined && type !== 'PLAIN') item.type = type;
  }
  return doc.toString({ lineWidth: 0, singleQuote: true, flowCollectionPadding: false }).trim().slice(1, -1);
}

function removal(text: string, doc: Document.Parsed, path: YamlPath, refuse: Refuse): Cut {
  const holder = nodeAt(doc, path.slice(0, -1));
  const key = path.at(-1);
  if (!isCollection(holder)) return refuse('is no key of a map');
  const { items } = holder;
  const index = items.findIndex((item, i) =>
    isPair(item) ? isScalar(item.key) && item.key.value === key : i === key,
  );
  const start = startOf(items[index]);
  const end = endOf(text, items[index]);
  if (index < 0 || start === undefined || end === undefined) return refuse('is not there');
  if (items.length === 1) return refuse('is all that there is');
  const next = startOf(items[index + 1]);
  if (holder.flow === true) {
    // With the comma before it, or of the first with the one behind it.
    const before = index > 0 ? endOf(text, items[index - 1]) : undefined;
    if (before !== undefined) return { start: before, end, text: '' };
    return next === undefined ? refuse('is all that there is') : { start, end: next, text: '' };
  }
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const isOwnLine = text.slice(line, start).trim() === (isSeq(holder) ? '-' : '');
  if (!isOwnLine) return next === undefined ? refuse('is all that there is') : { start, end: next, text: '' };
  const stop = text.indexOf('\n', end);
  return { start: line, end: stop < 0 ? text.length : stop + 1, text: '' };
}

/** A key behind the last of its map. */
function insertion(text: string, doc: Document.Parsed, path: YamlPath, to: string, refuse: Refuse): Cut {
  const map = nodeAt(doc, path.slice(0, -1));
  const [first, last] = isMap(map) ? [startOf(map.items[0]), endOf(text, map.items.at(-1))] : [];
  if (!isMap(map) || first === undefined || last === undefined) return refuse('has no place');
  const line = `${String(path.at(-1))}: ${to}`;
  if (map.flow === true) return { start: last, end: last, text: `, ${line}` };
  const indent = ' '.repeat(first - text.lastIndexOf('\n', first - 1) - 1);
  const stop = text.indexOf('\n', last);
  const at = stop < 0 ? text.length : stop;
  return { start: at, end: at, text: `\n${indent}${line}` };
}

function startOf(item: unknown): number | undefined {
  const node = isPair(item) ? item.key : item;
  return isNode(node) ? node.range?.[0] : undefined;
}

/** Where an item's own text ends: that of a block ends behind its line break, this does not. */
function endOf(text: string, item: unknown): number | undefined {
  const node = isPair(item) ? (isNode(item.value) ? item.value : item.key) : item;
  if (!isNode(node) || !node.range) return undefined;
  const [start, end] = node.range;
  return start + trimEnd(text.slice(start, end)).length;
}
