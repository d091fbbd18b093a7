import { diffArrays } from 'diff';
import { stringify } from 'yaml';
import type { Json } from '../json/json.ts';
import { trimEnd } from '../manifest/trim-end.ts';
import type { Row } from './blocks.ts';
import { showPath, type Path } from './path.ts';
import { visible } from './visible.ts';
import { YAML_STYLE } from '../manifest/write-yaml.ts';

/** A line of a difference: `+` added, `-` removed, `~` both in one, a blank for what is around. */
export interface Line {
  readonly sign: '+' | '-' | '~' | ' ';
  readonly text: string;
}

/** Lines around a changed one. */
const CONTEXT = 2;
/** Lines of something new that are shown, and of a difference three times as many; --json has all. */
const MOST = 40;

/**
 * A change as lines of YAML, as a person writes it.
 *
 * @param width characters within which a change is told in one line
 * @param most lines of something new
 */
export function linesOf(row: Row, width: number, most = MOST): readonly Line[] {
  return told(row, width, most).map(({ sign, text }) => ({ sign, text: visible(text) }));
}

function told({ path, kind, before, after }: Row, width: number, most: number): readonly Line[] {
  const name = nameOf(path);
  if (kind === 'moved')
    return [
      { sign: '~', text: `order${name === '' ? '' : ` of ${name}`}: ${inOrder(before)} → ${inOrder(after)}` },
    ];
  if (before === undefined)
    return shortened(
      entry(path, after ?? null).map((text) => ({ sign: '+', text })),
      most,
    );
  if (after === undefined)
    return shortened(
      entry(path, before).map((text) => ({ sign: '-', text })),
      most,
    );
  const [old, now] = [yaml(before), yaml(after)];
  const [first = '', second = ''] = [old[0], now[0]];
  if (old.length === 1 && now.length === 1) {
    const text = `${name}: ${first} → ${second}`;
    if (text.length <= width) return [{ sign: '~', text }];
  }
  const lines =
    Array.isArray(before) && Array.isArray(after) ? listDifference(before, after) : difference(old, now);
  return [
    { sign: ' ', text: `${name}:` },
    ...shortened(lines, 3 * most).map(({ sign, text }) => ({ sign, text: `  ${text}` })),
  ];
}

/** A text in lines of at most so many characters, those behind the first further in. */
export function folded(text: string, width: number): readonly string[] {
  const indent = /^ */.exec(text)?.[0] ?? '';
  const [first = '', ...rest] = wrap(text.slice(indent.length), width - indent.length);
  return [indent + first, ...rest.map((line) => `  ${indent}${line}`)];
}

/** Lines of at most so many characters; what has no blank stays whole, unless nobody would read it. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const whole of text.split(' ')) {
    const word =
      whole.length > LONGEST_WORD ? `${whole.slice(0, width)}… (${whole.length} characters)` : whole;
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A digest, a URL and a command have fewer characters; a certificate has more. */
const LONGEST_WORD = 500;

function inOrder(value: Json | undefined): string {
  return Array.isArray(value) ? value.join(', ') : '';
}

/** A field's name as it stands in YAML; a longer path as a recipe has it. */
function nameOf(path: Path): string {
  const [only] = path;
  return path.length === 1 && typeof only === 'string' ? only : showPath(path);
}

/** A field with its value; an element as it stands in its list; a whole object by itself. */
function entry(path: Path, value: Json): readonly string[] {
  if (path.length === 0) return yaml(value);
  const last = path.at(-1);
  const name = nameOf(path);
  if (typeof last === 'object') {
    const element = yaml([value]);
    return path.length === 1
      ? element
      : [`${showPath(path.slice(0, -1))}:`, ...element.map((line) => `  ${line}`)];
  }
  const isBlock = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  const [first = '', ...rest] = yaml(value);
  return isBlock
    ? [`${name}:`, ...[first, ...rest].map((line) => `  ${line}`)]
    : [`${name}: ${first}`, ...rest];
}

function yaml(value: Json): readonly string[] {
  return trimEnd(stringify(value, YAML_STYLE)).split('\n');
}

/** A list element by element: one that is new, gone or another is shown whole. */
function listDifference(before: readonly Json[], after: readonly Json[]): readonly Line[] {
  const texts = (list: readonly Json[]): string[] => list.map((element) => yaml([element]).join('\n'));
  if ([...before, ...after].every((element) => typeof element !== 'object'))
    return difference(texts(before), texts(after));
  const runs = runsOf(texts(before), texts(after));
  return runs.flatMap(({ value, added, removed }, i): readonly Line[] => {
    const own = value.flatMap((element) => element.split('\n'));
    if (!added && !removed) return [{ sign: ' ', text: `… ${value.length} equal` }];
    const other = runs[i + 1];
    if (removed && other?.added === true)
      return signed(
        own,
        other.value.flatMap((element) => element.split('\n')),
      );
    return added && runs[i - 1]?.removed === true
      ? []
      : own.map((text) => ({ sign: added ? '+' : '-', text }));
  });
}

/** Beyond that many differences two texts have nothing in common that helps a reader, and to look takes long. */
const MOST_EDITS = 1000;

interface Run {
  readonly value: readonly string[];
  readonly added?: boolean;
  readonly removed?: boolean;
}

/** Parts that are equal, gone and new, in order. */
function runsOf(before: readonly string[], after: readonly string[]): readonly Run[] {
  const runs = diffArrays([...before], [...after], { maxEditLength: MOST_EDITS });
  return (
    runs ?? [
      { value: before, removed: true },
      { value: after, added: true },
    ]
  );
}

function signed(before: readonly string[], after: readonly string[]): readonly Line[] {
  return runsOf(before, after).flatMap(({ value, added, removed }): readonly Line[] =>
    value.map((text) => ({ sign: added ? '+' : removed ? '-' : ' ', text })),
  );
}

/** The lines that differ with some around them. */
function difference(before: readonly string[], after: readonly string[]): readonly Line[] {
  const lines = signed(before, after);
  const near = lines.map((_, i) =>
    lines.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some(({ sign }) => sign !== ' '),
  );
  return lines.flatMap((line, i): readonly Line[] => {
    if (near[i] === true) return [line];
    if (i > 0 && near[i - 1] === false) return [];
    const end = near.indexOf(true, i);
    const count = (end < 0 ? lines.length : end) - i;
    return [{ sign: ' ', text: count === 1 ? line.text : `… ${count} equal lines` }];
  });
}

function shortened(lines: readonly Line[], most: number): readonly Line[] {
  if (lines.length <= most) return lines;
  const sign = lines.every((line) => line.sign === lines[0]?.sign) ? (lines[0]?.sign ?? ' ') : ' ';
  return [...lines.slice(0, most), { sign, text: `… ${lines.length - most} more lines` }];
}
