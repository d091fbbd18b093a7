import { ChartError } from '../errors.ts';

/** A part of a file between two document markers. */
export interface Chunk {
  /** Lines without markers, each ending in a newline. */
  readonly text: string;
  /** Line (1-based) of the file on which `text` begins. */
  readonly line: number;
  /** False when it holds only comments and blank lines. */
  readonly content: boolean;
}

/** Bundles of 7,000 documents have some ten megabytes; parsed objects take many times their text. */
const LONGEST_FILE = 64 * 1024 * 1024;
/** An object of more than 1.5 MiB does not fit into etcd, so no line of one can be longer. */
const LONGEST_LINE = 1.5 * 1024 * 1024;

const MARKER = /^(?:---|\.\.\.)(?=[ \t]|$)/;

/**
 * Splits a file at its `---` lines, in linear time and without parsing: a line
 * that begins with three dashes is a marker whatever is around it. A comment
 * on the marker's line is dropped.
 *
 * kubectl drops what follows `---` on its line and what follows `...`, other
 * readers do not; such files are refused.
 *
 * @throws PARSE_LIMIT for too long a file or line, PARSE_YAML for ambiguous markers
 */
export function splitDocuments(text: string, file: string): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let open = { start: 0, line: 1, content: false };
  let ended = false;
  for (const { line, start, next, row } of rows(text, file)) {
    const marker = MARKER.exec(row)?.[0];
    const content = !isBlank(row.slice(marker?.length ?? 0));
    if (content && (marker !== undefined || ended)) {
      const before = marker ?? '...';
      throw new ChartError(
        'PARSE_YAML',
        `${file}:${line}: content behind \`${before}\`, which kubectl ignores`,
        {
          hint: marker === undefined ? 'Write --- before it.' : 'Move it to the next line.',
        },
      );
    }
    if (marker === undefined) {
      open.content ||= content;
      continue;
    }
    chunks.push({ text: text.slice(open.start, start), line: open.line, content: open.content });
    open = { start: next, line: line + 1, content: false };
    ended = marker === '...';
  }
  const rest = text.slice(open.start);
  chunks.push({
    text: rest === '' || rest.endsWith('\n') ? rest : `${rest}\n`,
    line: open.line,
    content: open.content,
  });
  return chunks;
}

interface Row {
  /** 1-based. */
  readonly line: number;
  /** Offset of the row, and of the row behind it. */
  readonly start: number;
  readonly next: number;
  /** Without its newline. */
  readonly row: string;
}

function* rows(text: string, file: string): Generator<Row, void> {
  refuseLonger(text.length, LONGEST_FILE, file);
  let line = 0;
  for (let start = 0; start < text.length;) {
    line += 1;
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    refuseLonger(end - start, LONGEST_LINE, `${file}:${line}`);
    const next = Math.min(end + 1, text.length);
    yield { line, start, next, row: text.slice(start, end) };
    start = next;
  }
}

function refuseLonger(length: number, limit: number, place: string): void {
  if (length <= limit) return;
  throw new ChartError('PARSE_LIMIT', `${place} has ${length} characters; the limit is ${limit}`);
}

function isBlank(row: string): boolean {
  const trimmed = row.trimStart();
  return trimmed === '' || trimmed.startsWith('#');
}
