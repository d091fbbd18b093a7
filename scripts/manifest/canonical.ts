import { Document, isMap, isSeq, Pair, Scalar, YAMLMap, YAMLSeq, type Node } from 'yaml';
import { composeDocument } from './compose.ts';
import { aliasBudget, Expander, type AliasBudget, type Member } from './expand.ts';
import type { Manifest, Resource } from './manifest.ts';
import { quickText } from './quick-text.ts';
import { endOnce } from './trim-end.ts';
import { withEscapes } from './write-yaml.ts';
import { isLiteral, WRITE_OPTIONS } from './written-scalar.ts';

const STYLE = {
  indent: 2,
  indentSeq: true,
  lineWidth: 0,
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
} as const;

/**
 * A manifest in its one written form: block style with two spaces (only empty
 * collections are `{}` or `[]`), sequences indented, no line wrapped, anchors
 * and merge keys expanded, lists flattened; comments, quotes and literal blocks
 * as they are. Parsing it gives equal objects, and writing that the same text.
 *
 * @throws PARSE_LIMIT when the aliases expand to megabytes
 */
export function canonicalText(manifest: Manifest): string {
  const budget = aliasBudget();
  const documents = manifest.resources.map(
    (resource) => `---\n${quickText(resource.text) ?? wholeText(resource, manifest.file, budget)}`,
  );
  return (manifest.head ?? '') + documents.join('');
}

/** The same of a document that needs the reader of the whole grammar. */
function wholeText({ text, line }: Resource, file: string, budget: AliasBudget): string {
  const place = { file, line, text };
  const doc = composeDocument(place);
  const expander = new Expander(doc, place, budget);
  const whole = settled(documentText(doc.contents, expander, doc), file);
  // As it will be read: without tags, anchors and the like it may be the other reader's.
  return quickText(whole) ?? whole;
}

/** Writing and reading again moves an oddly indented comment outwards, one level each time. */
const MOST_ROUNDS = 32;
const MOVABLE = /#|^[ \t]*\n/m;

/** The text that reading and writing leaves as it is. Only comments and blank lines can move. */
function settled(text: string, file: string): string {
  let current = endOnce(text);
  for (let round = 0; MOVABLE.test(text) && round < MOST_ROUNDS; round += 1) {
    const place = { file, line: 1, text: current };
    const doc = composeDocument(place);
    const next = endOnce(documentText(doc.contents, new Expander(doc, place, aliasBudget()), doc));
    if (next === current) break;
    current = next;
  }
  return current;
}

/** The canonical text of a node as a document of its own, with the comments around `frame`. */
export function documentText(
  node: Node | null,
  expander: Expander,
  frame: Pick<Document, 'comment' | 'commentBefore'> = { comment: null, commentBefore: null },
): string {
  const doc = new Document(null, WRITE_OPTIONS);
  doc.contents = node === null ? null : canonicalNode(node, expander);
  doc.commentBefore = frame.commentBefore;
  doc.comment = frame.comment;
  return withEscapes(doc.toString(STYLE));
}

function canonicalNode(node: Node, expander: Expander): Node {
  const made = expander.enter(node, (resolved): Node => {
    if (isMap(resolved)) return canonicalMap(resolved, expander);
    if (isSeq(resolved)) return canonicalSeq(resolved, expander);
    return canonicalScalar(resolved);
  });
  return withComments(made, node);
}

function canonicalMap(map: YAMLMap, expander: Expander): Node {
  const made = new YAMLMap();
  made.items = expander.members(map).map((member) => canonicalPair(member, expander));
  made.flow = made.items.length === 0;
  return made;
}

function canonicalPair({ key, keyNode, value }: Member, expander: Expander): Pair {
  const name = new Scalar(key);
  name.type = typeof keyNode.value === 'string' ? styleOf(keyNode) : Scalar.QUOTE_DOUBLE;
  return new Pair(withComments(name, keyNode), value === null ? null : canonicalNode(value, expander));
}

function canonicalSeq(seq: YAMLSeq, expander: Expander): Node {
  const made = new YAMLSeq();
  made.items = (seq.items as readonly Node[]).map((item) => canonicalNode(item, expander));
  made.flow = made.items.length === 0;
  return made;
}

function canonicalScalar(scalar: Scalar): Scalar {
  const made = new Scalar(scalar.value);
  if (scalar.source !== undefined) made.source = scalar.source;
  if (typeof scalar.value === 'string') made.type = styleOf(scalar);
  return made;
}

/** The scalar's own style where it can hold the value on one line, or line by line in a literal block. */
function styleOf({ type, value }: Scalar): Scalar.Type {
  const text = String(value);
  const lines = text.includes('\n');
  if (type === Scalar.BLOCK_LITERAL || type === Scalar.BLOCK_FOLDED) {
    return isLiteral(text) ? Scalar.BLOCK_LITERAL : Scalar.QUOTE_DOUBLE;
  }
  if (lines || type === undefined) return Scalar.QUOTE_DOUBLE;
  return type;
}

function withComments<T extends Node>(made: T, source: Node): T {
  if (source.comment) made.comment = source.comment;
  if (source.commentBefore) made.commentBefore = source.commentBefore;
  if (source.spaceBefore) made.spaceBefore = true;
  return made;
}
