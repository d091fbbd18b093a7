import { stringify } from 'yaml';
import type { Json } from '../json/json.ts';
import { plainJson } from '../json/plain-json.ts';
import { YAML_STYLE } from '../manifest/write-yaml.ts';

/** A line of YAML, and the field that it begins or goes on with. */
export interface YamlLine {
  readonly text: string;
  readonly path: readonly (string | number)[];
  /** The field begins here. */
  readonly first: boolean;
}

/** Texts that are themselves in every YAML: no sign, no number, no word that means something. */
const PLAIN = /^[A-Za-z/][\w./-]*(?: [\w./()-]+)*$/;
const WORD = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

/** A value as YAML, line by line, each with its path: fast enough for a CRD of half a megabyte. */
export function yamlLines(value: Json): readonly YamlLine[] {
  const lines: YamlLine[] = [];
  write(value, [], '', '', lines);
  return lines;
}

/**
 * @param lead what stands in front of the value on its first line: `key: `, `- `
 * @param pad in front of its other lines
 */
function write(
  value: Json,
  path: readonly (string | number)[],
  lead: string,
  pad: string,
  lines: YamlLine[],
): void {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
    const [first = '', ...rest] = scalar(value, pad);
    lines.push(
      { text: `${lead}${first}`, path, first: true },
      ...rest.map((text) => ({ text, path, first: false })),
    );
    return;
  }
  const isList = Array.isArray(value);
  // After `- ` the first member goes on in the same line; a list below a key begins below it.
  const inline = lead.endsWith('- ') || lead === '';
  if (!inline) lines.push({ text: lead.trimEnd(), path, first: true });
  const inner = lead === '' ? '' : inline ? ' '.repeat(lead.length) : `${pad}  `;
  Object.entries(value as Readonly<Record<string, Json>>).forEach(([key, member], i) => {
    const front = inline && i === 0 ? lead : inner;
    const at = isList ? Number(key) : key;
    write(member, [...path, at], isList ? `${front}- ` : `${front}${keyText(key)}: `, inner, lines);
  });
}

function keyText(key: string): string {
  return PLAIN.test(key) && !WORD.test(key) ? key : plainJson(key);
}

/** A value without members, its further lines below the key or dash in front of it. */
function scalar(value: Json, pad: string): readonly string[] {
  if (typeof value === 'string' && PLAIN.test(value) && !WORD.test(value)) return [value];
  const text = stringify({ k: value }, YAML_STYLE).slice('k: '.length, -1);
  return text.split('\n').map((line, i) => (i === 0 || line === '' ? line : `${pad}${line}`));
}
