import { Document } from 'yaml';
import { READ_OPTIONS } from './compose.ts';
import type { ScalarStyle, ScalarValue } from './quick-scalar.ts';
import { numberText } from './scalars.ts';
import { COMPAT } from './write-yaml.ts';

export const WRITE_OPTIONS = { ...READ_OPTIONS, compat: COMPAT };

/** Trailing newlines beyond one depend on what follows; spaces at a line's end get lost in editors. */
export function isLiteral(text: string): boolean {
  return text.trim() !== '' && !/^\n*\t|\n\n$|[ \t](?:\n|$)|[^\S\n]\n?$/.test(text);
}

/** Plain texts that some reader takes for something else than a string. */
const AMBIGUOUS = [...new Document(null, WRITE_OPTIONS).schema.tags, ...COMPAT].flatMap((tag) =>
  tag.default !== undefined && 'test' in tag && tag.test !== undefined ? [tag.test] : [],
);
/** What the writer of the whole grammar alone knows how to write. */
const UNUSUAL =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]|^(?:%|---|\.\.\.)/;

/**
 * A scalar as the canonical form has it: of a block `|` and its lines, each without the indent.
 * Undefined where that takes more than a look: for the writer of the whole grammar.
 */
export function writtenScalar(value: ScalarValue, style: ScalarStyle, source: string): string | undefined {
  if (value === null) return source;
  if (typeof value === 'number') return numberText({ value, source });
  if (typeof value === 'boolean') return String(value);
  if (UNUSUAL.test(value)) return undefined;
  if (style === 'block' && isLiteral(value)) return /^\s/.test(value) ? undefined : literal(value);
  if (style === 'block' || style === 'double' || value.includes('\n')) return inDoubleQuotes(value);
  if (style === 'single') return `'${value.replaceAll("'", "''")}'`;
  return AMBIGUOUS.some((test) => test.test(value)) ? inDoubleQuotes(value) : value;
}

function literal(value: string): string {
  return value.endsWith('\n') ? `|\n${value.slice(0, -1)}` : `|-\n${value}`;
}

/** A space in front of a line break is escaped, too. */
function inDoubleQuotes(value: string): string {
  return JSON.stringify(value).replaceAll(String.raw` \n`, String.raw`\ \n`);
}
