import { stripVTControlCharacters, styleText } from 'node:util';
import { mask } from '../../secrets/secrets.ts';
import { visible } from '../../review/visible.ts';
import { print } from './standard-output.ts';

/** A colour or weight, as `node:util` names it. */
export type Style = Parameters<typeof styleText>[0];

/** Where a command says what it does. Everything goes through `mask`. */
export interface Output {
  /** A stage that is done: an aligned label and what came of it. */
  step(label: string, detail: string): void;
  /** A plain line. */
  line(text?: string): void;
  /** Something the user should know although the command goes on. */
  warn(text: string): void;
  /** Rows with aligned columns. */
  table(rows: readonly (readonly string[])[]): void;
  /** The result for machines; printed only with `--json`, and then alone on stdout. */
  json(value: unknown): void;
  /** Colours `text` when stdout is a terminal that wants colour. */
  paint(style: Style, text: string): string;
  /** A transient status line on a terminal (a progress bar); '' clears it. Nothing elsewhere. */
  status(text: string): void;
  /** How wide a status line may be; Infinity where nobody can tell. */
  columns(): number;
}

const LABEL_WIDTH = 11;

/** An {@link Output} on the process's own streams. */
export function processOutput(json: boolean): Output {
  const colour = process.stdout.isTTY === true && !process.env['NO_COLOR'];
  const write = (text: string): void => {
    if (!json) print(`${harmless(mask(text), colour)}\n`);
  };
  const paint = (style: Style, text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  let isShown = false;
  const status = (text: string): void => {
    if (process.stderr.isTTY !== true) return;
    process.stderr.write(`\r\x1b[K${mask(text)}`);
    isShown = text !== '';
  };
  return {
    step: (label, detail) => write(`${paint('green', label.padEnd(LABEL_WIDTH))} ${detail}`),
    line: (text = '') => write(text),
    warn: (text) => {
      // Not onto the end of a bar, which is drawn again soon.
      if (isShown) status('');
      process.stderr.write(`${harmless(mask(`warning: ${text}`))}\n`);
    },
    table: (rows) => {
      for (const row of alignColumns(rows)) write(`  ${row}`);
    },
    json: (value) => {
      if (json) print(`${mask(JSON.stringify(value, null, 2))}\n`);
    },
    paint,
    status,
    columns: () => process.stderr.columns ?? Infinity,
  };
}

/**
 * Text that does nothing to a terminal: names of somebody else's manifest stand in messages, too.
 *
 * @param colour leave what {@link Output.paint} writes
 */
export function harmless(text: string, colour = false): string {
  return text
    .split(colour ? PAINTED : ENDS)
    .map((part, i) => (i % 2 === 1 ? part : visible(part)))
    .join('');
}

const ENDS = /([\n\t])/;
// oxlint-disable-next-line no-control-regex
const PAINTED = /([\n\t]|\u001b\[(?:1|2|22|3[1-3]|39)m)/;

/** Pads every column to its widest cell; the last column is not padded. */
export function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (cell: string): number => stripVTControlCharacters(cell).length;
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, width(cell))));
  }
  const pad = (cell: string, i: number): string => cell + ' '.repeat((widths[i] ?? 0) - width(cell));
  return rows.map((row) => row.map(pad).join('  ').trimEnd());
}
