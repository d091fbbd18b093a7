import { Document, stringify, type ScalarTag } from 'yaml';
import { FORBIDDEN } from './decode.ts';
import { plainValue } from './scalars.ts';

/** What Kubernetes' reader takes for no text, and YAML's specifications may not: 0X1, -0o7, 0_x1, 1e3_. */
class NoText extends RegExp {
  override test(text: string): boolean {
    return plainValue(text) !== text;
  }
}
/** Helm cuts spaces off the end of a document, those that are wider than ASCII's, too. */
const CUT = /\s$/;

/** What is in quotes: each text that some reader takes for something else, as on, yes, 12:30, 2001-01-01. */
export const COMPAT = [
  ...(new Document(null, { compat: 'yaml-1.1' }).schema.compat ?? []),
  ...[new NoText(''), CUT].map((test): ScalarTag => ({
    tag: 'text',
    default: true,
    test,
    resolve: (source) => source,
  })),
];

/** How YAML is written for people and for every reader. */
export const YAML_STYLE = { lineWidth: 0, compat: COMPAT, aliasDuplicateObjects: false } as const;

const ONE_LINE = { blockQuote: false, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER } as const;

/** Those of the {@link FORBIDDEN} that are not escaped by JSON, and so by no writer. */
const NOT_ESCAPED = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** Data as YAML, ending in a newline. */
export function writeYaml(data: unknown): string {
  return isFragile(data) || isUnreadable(data) ? writeYamlInLines(data) : stringify(data, YAML_STYLE);
}

/** The same with each text on a line of its own, whatever is in it. */
export function writeYamlInLines(data: unknown): string {
  const style = { ...YAML_STYLE, ...ONE_LINE };
  if (!isUnreadable(data)) return stringify(data, style);
  return withEscapes(stringify(data, { ...style, defaultStringType: 'QUOTE_DOUBLE' }));
}

/** YAML in which characters that readers refuse stand in double quotes alone, with these as escapes. */
export function withEscapes(yaml: string): string {
  return yaml.replaceAll(NOT_ESCAPED, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function isUnreadable(data: unknown): boolean {
  if (typeof data === 'string') return FORBIDDEN.test(data);
  if (typeof data !== 'object' || data === null) return false;
  return Object.entries(data).some(([key, value]) => FORBIDDEN.test(key) || isUnreadable(value));
}

/**
 * Whether data has a text that would not survive as a block: with blank lines or last spaces, which get lost, or with
 * a tab in front, which Go's reader takes for the indent and refuses.
 */
function isFragile(data: unknown): boolean {
  if (typeof data === 'string') return /^[\n\t]|\n{3}|\n\n$|[ \t]\n?$/.test(data);
  return typeof data === 'object' && data !== null && Object.values(data).some(isFragile);
}
