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
 * that begins with three dashes is a marker whatever is around it.
 *
 * kubectl drops what follows `---` on its line and what follows `...`, other
 * readers do not; such files are refused.
 *
 * @throws PARSE_LIMIT for too long a file or line, PARSE_YAML for ambiguous markers
 */
export function splitDocuments(text: string, file: string): readonly Chunk[] {
  if (text.length > LONGEST_FILE) {
    throw new ChartError(
      'PARSE_LIMIT',
      `${file} has ${text.length} characters; the limit is ${LONGEST_FILE}`,
    );
  }
  const chunks: Chunk[] = [];
  let start = 0;
  let startLine = 1;
  let content = false;
  let ended = false;
  let line = 0;
  for (let at = 0; at < text.length;) {
    line += 1;
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    if (end - at > LONGEST_LINE) {
      throw new ChartError(
        'PARSE_LIMIT',
        `${file}:${line} has ${end - at} characters; the limit is ${LONGEST_LINE}`,
      );
    }
    const marker = isMarker(text, at) && MARKER.exec(text.slice(at, end))?.[0];
    const row = marker ? text.slice(at + 3, end) : text.slice(at, end);
    if (ended && marker !== '---' && !isBlank(row)) {
      throw new ChartError('PARSE_YAML', `${file}:${line}: content behind \`...\`, which kubectl ignores`, {
        hint: 'Write --- before it.',
      });
    }
    if (marker) {
      if (!isBlank(row)) {
        throw new ChartError(
          'PARSE_YAML',
          `${file}:${line}: content behind \`${marker}\`, which kubectl ignores`,
          {
            hint: 'Move it to the next line.',
          },
        );
      }
      chunks.push({ text: text.slice(start, at), line: startLine, content });
      start = Math.min(end + 1, text.length);
      startLine = line + 1;
      content = false;
      ended = marker === '...';
    } else {
      content ||= !isBlank(row);
    }
    at = end + 1;
  }
  const rest = text.slice(start);
  chunks.push({ text: rest === '' || rest.endsWith('\n') ? rest : `${rest}\n`, line: startLine, content });
  return chunks;
}

function isMarker(text: string, at: number): boolean {
  return text.startsWith('---', at) || text.startsWith('...', at);
}

function isBlank(row: string): boolean {
  const trimmed = row.trimStart();
  return trimmed === '' || trimmed.startsWith('#');
}
