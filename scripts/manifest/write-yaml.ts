import { Document, stringify, type ScalarTag } from 'yaml';

/** Numbers that Kubernetes' reader takes and YAML's specifications do not: 0X1, -0o7, 1e3_. */
const NUMERIC = /^[-+]?(?:0[oOxXbB][0-9a-fA-F_]+|(?=.*_)[0-9._]+(?:[eE][-+0-9_]+)?)$/;
/** Helm cuts spaces off the end of a document, those that are wider than ASCII's, too. */
const CUT = /\s$/;

/** What is in quotes: each text that some reader takes for something else, as on, yes, 12:30, 2001-01-01. */
export const COMPAT = [
  ...(new Document(null, { compat: 'yaml-1.1' }).schema.compat ?? []),
  ...[NUMERIC, CUT].map((test): ScalarTag => ({
    tag: 'text',
    default: true,
    test,
    resolve: (source) => source,
  })),
];

/** How YAML is written for people and for every reader. */
export const YAML_STYLE = { lineWidth: 0, compat: COMPAT, aliasDuplicateObjects: false } as const;

const ONE_LINE = { blockQuote: false, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER } as const;

/** Data as YAML, ending in a newline. */
export function writeYaml(data: unknown): string {
  return isFragile(data) ? writeYamlInLines(data) : stringify(data, YAML_STYLE);
}

/** The same with each text on a line of its own, whatever is in it. */
export function writeYamlInLines(data: unknown): string {
  return stringify(data, { ...YAML_STYLE, ...ONE_LINE });
}

/**
 * Whether data has a text that would not survive as a block: with blank lines or last spaces, which get lost, or with
 * a tab in front, which Go's reader takes for the indent and refuses.
 */
function isFragile(data: unknown): boolean {
  if (typeof data === 'string') return /^[\n\t]|\n{3}|\n\n$|[ \t]\n?$/.test(data);
  return typeof data === 'object' && data !== null && Object.values(data).some(isFragile);
}
