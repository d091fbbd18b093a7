import { Lexer } from 'yaml';
import { closing, isUnclosed } from './quick-scalar.ts';

/**
 * A document in which the lines of a quoted scalar are as far in as the grammar wants them. To libyaml, and
 * so to Kubernetes, their indent is nothing; old tools wrapped texts without one. Line by line the same.
 */
export function straightened(text: string): string {
  let [done, rest] = ['', text];
  for (;;) {
    const open = openQuote(rest);
    const close = open === undefined ? -1 : closing(rest, rest[open] ?? '', open + 1, rest.length);
    if (open === undefined || close < 0) return done + rest;
    const end = rest.indexOf('\n', close) + 1 || rest.length;
    const indent = ' '.repeat(open - rest.lastIndexOf('\n', open));
    const inside = rest.slice(open, close + 1).replaceAll(/\n *(?=\S)/g, (start) => {
      return start.length > indent.length ? start : `\n${indent}`;
    });
    done += rest.slice(0, open) + inside + rest.slice(close + 1, end);
    rest = rest.slice(end);
  }
}

/** Where a quote opens that the grammar's reader finds no end of, because a line in it is not far enough in. */
function openQuote(text: string): number | undefined {
  let at = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (isUnclosed(lexeme)) return at;
    // Marks stand between the parts of the text.
    if (!MARKS.has(lexeme)) at += lexeme.length;
  }
  return undefined;
}

const MARKS = new Set(['\u0002', '\u0018', '\u001f']);
