import type { Node } from 'yaml';
import { trimEnd } from '../manifest/trim-end.ts';
import { escapeTemplate } from './go-template.ts';

/** A replacement of `text[start, end)`; an insertion when both are equal. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Indent of what is inserted: of two insertions at one offset the deeper comes first. */
  readonly column: number;
}

/**
 * Applies edits to a text that is not a template yet: what stays is copied, its
 * `{{` made literal, so that Helm gives it back unchanged.
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const sorted = edits.toSorted((a, b) => a.start - b.start || a.end - b.end || b.column - a.column);
  const parts: string[] = [];
  let done = 0;
  for (const edit of sorted) {
    parts.push(escapeTemplate(text.slice(done, edit.start)), edit.text);
    done = edit.end;
  }
  parts.push(escapeTemplate(text.slice(done)));
  return parts.join('');
}

/** Column (0-based) of an offset in its line. */
export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** Offset of the first character of the line that `offset` is in. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Offset of the line break that ends the line of `offset`. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}

/** Start and end of a node's own text; a block's range ends behind its line break, this does not. */
export function span(text: string, node: Node): readonly [number, number] {
  const [start, end] = node.range ?? [0, 0];
  return [start, start + trimEnd(text.slice(start, end)).length];
}
