import { UNREAD, type Cursor } from './cursor.ts';
import { plainValue } from './scalars.ts';

/** How a scalar is written. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'block';
export type ScalarValue = string | number | boolean | null;

/**
 * What is kept of a scalar; undefined where it is for the reader of the whole grammar.
 *
 * @param source of a plain one: its text, the lines of it joined
 */
export type Keep<S> = (value: ScalarValue, style: ScalarStyle, source: string) => S | undefined;

const ESCAPED = /^(?:[^"\\\t]|\\["\\/bfnrt])*$/;
/** What a plain scalar does not hold. */
const MARK = /: |:$| #|\t/;
/** A plain scalar may begin with none of these. */
const INDICATORS = new Set('-?:,[]{}#&*!|>\'"%@`\t');

/** Keeps the scalar that begins at an offset of the line, and goes on behind it. */
export function scalarAt<S>(cursor: Cursor, at: number, indent: number, keep: Keep<S>): S {
  switch (cursor.text[at]) {
    case "'":
      return kept(keep, quoted(cursor, at, indent), 'single');
    case '"':
      return kept(keep, quoted(cursor, at, indent), 'double');
    case '|':
    case '>':
      return kept(keep, block(cursor, at, indent), 'block');
    default:
      return folded(cursor, at, indent, keep);
  }
}

/** What is kept of a plain scalar, or of one in quotes or a block. */
export function kept<S>(
  keep: Keep<S>,
  text: string,
  style: ScalarStyle,
  value = style === 'plain' ? plainValue(text) : text,
): S {
  const found = value === undefined ? undefined : keep(value, style, text);
  if (found === undefined) throw UNREAD;
  return found;
}

/** Refuses what is no plain scalar, or begins something else. */
export function refuseUnplain(source: string): void {
  if (INDICATORS.has(source[0] ?? '#')) {
    // -1 and --flag are plain.
    const isMinus = source.startsWith('-') && source.length > 1 && source[1] !== ' ';
    if (!isMinus) throw UNREAD;
  }
  if (MARK.test(source)) throw UNREAD;
}

/** A plain scalar, with the lines of it that follow. */
function folded<S>(cursor: Cursor, at: number, indent: number, keep: Keep<S>): S {
  const source = cursor.rest(at);
  const comment = source.indexOf(' #');
  if (comment >= 0) {
    const only = source.slice(0, comment).replace(/ +$/, '');
    refuseUnplain(only);
    cursor.bare = false;
    cursor.next();
    return kept(keep, only, 'plain');
  }
  refuseUnplain(source);
  const [text, lines] = continued(cursor, indent, source);
  return lines > 1 ? kept(keep, text, 'plain', text) : kept(keep, text, 'plain');
}

/** A plain scalar and how many lines it has. */
function continued(cursor: Cursor, indent: number, first: string): readonly [text: string, lines: number] {
  let [text, lines] = [first, 1];
  for (;;) {
    const before = cursor.end;
    cursor.next();
    if (cursor.indent <= indent) return [text, lines];
    const blank = newlines(cursor.text, before, cursor.at) - 1;
    const source = cursor.rest(cursor.at);
    if (blank > 0 && cursor.text.slice(before, cursor.at).includes('#')) throw UNREAD;
    // A dash or an apostrophe begins something only where a scalar may begin.
    if (MARK.test(source) || source.startsWith('#')) throw UNREAD;
    text += (blank > 0 ? '\n'.repeat(blank) : ' ') + source;
    lines += 1;
  }
}

/** A scalar in quotes, over several lines too; in double ones with the escapes that JSON has. */
function quoted(cursor: Cursor, start: number, indent: number): string {
  const quote = cursor.text[start] ?? '';
  let text = '';
  let from = start + 1;
  for (;;) {
    const close = closing(cursor.text, quote, from, cursor.end);
    if (close >= 0) {
      refuseTail(cursor, close + 1);
      const whole = text + cursor.text.slice(from, close);
      if (quote === "'") return whole.replaceAll("''", "'");
      if (!ESCAPED.test(whole)) throw UNREAD;
      return JSON.parse(`"${whole.replaceAll('\n', String.raw`\n`)}"`) as string;
    }
    const line = cursor.rest(from);
    if (line.includes('\t') || line === '') throw UNREAD;
    cursor.line(cursor.end + 1);
    let blank = 0;
    for (; cursor.at === cursor.end && cursor.end < cursor.text.length; blank += 1)
      cursor.line(cursor.end + 1);
    const isInside = cursor.indent > indent && cursor.text[cursor.at] !== '\t';
    if (cursor.at >= cursor.text.length || !isInside) throw UNREAD;
    text += line + (blank > 0 ? '\n'.repeat(blank) : ' ');
    from = cursor.at;
  }
}

/** Behind a quoted scalar may be nothing, or a comment. */
function refuseTail(cursor: Cursor, start: number): void {
  const at = cursor.behind(start);
  if (!cursor.isOver(at) || (at === start && at < cursor.end)) throw UNREAD;
  cursor.next();
}

/** A literal block, or one that is folded and has no line that is further in. */
function block(cursor: Cursor, start: number, indent: number): string {
  const header = cursor.rest(start);
  if (!/^[|>][-+]?$/.test(header)) throw UNREAD;
  const lines: string[] = [];
  let inner = -1;
  for (;;) {
    const begin = cursor.end + 1;
    if (begin >= cursor.text.length) break;
    cursor.line(begin);
    const isBlank = cursor.at === cursor.end;
    if (inner < 0 && !isBlank) {
      if (cursor.indent <= indent || lines.some((line) => line.length > cursor.indent)) {
        cursor.end = begin - 1;
        break;
      }
      // Go's reader takes it for the indent, and refuses it.
      if (cursor.text[cursor.at] === '\t') throw UNREAD;
      inner = cursor.indent;
    }
    if (isBlank) {
      if (inner >= 0 && cursor.indent > inner) throw UNREAD;
      lines.push(inner < 0 ? ' '.repeat(cursor.indent) : '');
      continue;
    }
    if (cursor.indent < inner) {
      cursor.end = begin - 1;
      break;
    }
    lines.push(cursor.text.slice(begin + inner, cursor.end));
  }
  if (inner < 0) throw UNREAD;
  cursor.next();
  if (cursor.indent > indent) throw UNREAD;
  return blockText(lines, header);
}

/** The text of a block by its header. */
function blockText(lines: readonly string[], header: string): string {
  const last = lines.findLastIndex(hasContent);
  const first = lines.findIndex(hasContent);
  // Blank lines in front have the spaces that were counted.
  const content = lines.slice(0, last + 1).map((line, i) => (i < first ? '' : line));
  const end = header[1] === '-' ? '' : header[1] === '+' ? '\n'.repeat(lines.length - last) : '\n';
  if (header[0] === '|') return content.join('\n') + end;
  if (content.some((line) => /^[ \t]/.test(line))) throw UNREAD;
  const text = content.join('\n').replaceAll(/\n+/g, (breaks) => (breaks.length > 1 ? breaks.slice(1) : ' '));
  return (first > 0 ? '\n'.repeat(first) + text.replace(/^\n* ?/, '') : text) + end;
}

/** A tab or a no-break space is content. */
function hasContent(line: string): boolean {
  return /[^ ]/.test(line);
}

/** Where a quote closes before `end`; of single ones two are one in the text, a double one has no \\ before it. */
export function closing(text: string, quote: string, from: number, end: number): number {
  for (let at = from; at < end; at += 1) {
    if (text[at] === '\\' && quote === '"') at += 1;
    else if (text[at] === quote && quote === "'" && text[at + 1] === "'") at += 1;
    else if (text[at] === quote) return at;
  }
  return -1;
}

/** Whether a scalar begins with a quote that does not close in it. */
export function isUnclosed(scalar: string): boolean {
  const quote = scalar.charAt(0);
  return (quote === '"' || quote === "'") && closing(scalar, quote, 1, scalar.length) < 0;
}

function newlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
