import { common, folded, sideBySide, type Numbered, type Row } from '../side-by-side.ts';
import type { YamlLine } from '../yaml-lines.ts';
import { h, type Child } from './dom.ts';

/** What is said behind a line, for example which value feeds it. */
export type Note = (line: YamlLine) => Child;

/** Columns; deeper lines go on there. */
const MOST_INDENT = 20;
/** Rows that are drawn at once. */
const MOST = 1500;

/** Two texts of YAML beside each other (below each other where there is no room), equal parts folded. */
export function differenceTable(
  before: readonly YamlLine[],
  after: readonly YamlLine[],
  names: { readonly before: string; readonly after: string },
  note: Note,
): HTMLElement {
  const rows = sideBySide(before, after);
  const body = h('tbody');
  let left = MOST;
  for (const part of folded(rows)) {
    if (!part.folded && part.rows.length <= left) {
      left -= part.rows.length;
      body.append(...part.rows.map((row) => rowOf(row, note)));
    } else body.append(foldRow(part.rows, note, part.folded ? 'equal ' : ''));
  }
  return h(
    'table',
    { class: 'diff two' },
    h('caption', { class: 'sr' }, `${names.before} and ${names.after}, line by line`),
    h('colgroup', {}, h('col', { class: 'number' }), h('col'), h('col', { class: 'number' }), h('col')),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col', colspan: 2 }, names.before),
        h('th', { scope: 'col', colspan: 2 }, names.after),
      ),
    ),
    body,
  );
}

/** One text of YAML with line numbers. */
export function textTable(lines: readonly YamlLine[], name: string, note: Note): HTMLElement {
  const rows = lines.map((line, i): Row => {
    const after: Numbered = { ...line, number: i + 1 };
    return { kind: 'equal', before: undefined, after };
  });
  const body = h('tbody', {}, ...rows.slice(0, MOST).map((row) => lineOf(row, note)));
  if (rows.length > MOST) body.append(foldRow(rows.slice(MOST), note, 'more ', lineOf));
  return h(
    'table',
    { class: 'diff one' },
    h('caption', { class: 'sr' }, name),
    h('colgroup', {}, h('col', { class: 'number' }), h('col')),
    body,
  );
}

function foldRow(
  rows: readonly Row[],
  note: Note,
  what: string,
  draw: (row: Row, note: Note) => HTMLElement = rowOf,
): HTMLElement {
  const row = h('tr', { class: 'fold' });
  const open = (): void => row.replaceWith(...rows.map((one) => draw(one, note)));
  const label = `Show ${rows.length} ${what}lines`;
  row.append(h('td', { colspan: 4 }, h('button', { type: 'button', click: open }, label)));
  return row;
}

function rowOf(row: Row, note: Note): HTMLElement {
  const { kind, before, after } = row;
  const cut = kind === 'changed' && before && after ? common(before.text, after.text) : undefined;
  return h(
    'tr',
    { class: kind },
    ...cells(before, 'old', kind === 'equal' ? undefined : '−', cut, () => undefined),
    ...cells(after, 'new', kind === 'equal' ? undefined : '+', cut, note),
  );
}

function lineOf({ after }: Row, note: Note): HTMLElement {
  return h('tr', {}, ...cells(after, 'new', undefined, undefined, note));
}

function cells(
  line: Numbered | undefined,
  side: 'old' | 'new',
  sign: string | undefined,
  cut: readonly [number, number] | undefined,
  note: Note,
): readonly HTMLElement[] {
  if (line === undefined)
    return [h('td', { class: `${side} number empty` }), h('td', { class: `${side} empty` })];
  const words = sign === '+' ? 'added: ' : 'removed: ';
  const extra = note(line);
  return [
    h('td', { class: `${side} number`, 'data-number': line.number }),
    h(
      'td',
      {
        class: `${side} line`,
        'data-sign': sign,
        // What does not fit goes on below itself.
        style: `--in: ${Math.min(indentOf(line.text), MOST_INDENT) + 2}ch`,
      },
      sign !== undefined && h('span', { class: 'sr' }, words),
      ...coloured(line.text, cut),
      extra,
    ),
  ];
}

function indentOf(text: string): number {
  return /^(?:\s|- )*/.exec(text)?.[0].length ?? 0;
}

/** A line with its indent kept, its key told from its value, and what differs marked. */
function coloured(text: string, cut: readonly [front: number, end: number] | undefined): readonly Child[] {
  if (cut !== undefined) {
    const [front, end] = cut;
    const middle = text.slice(front, text.length - end);
    // Where hardly anything is common, the marks would only be noise.
    if (middle !== '' && front + end >= text.trim().length / 3)
      return [text.slice(0, front), h('mark', {}, middle), text.slice(text.length - end)];
    return [text];
  }
  const [, indent = '', key, rest = ''] = /^((?:\s|- )*)([^\s:'"#][^:'"]*:)(?= |$)(.*)$/s.exec(text) ?? [];
  return key === undefined ? [text] : [indent, h('span', { class: 'key' }, key), rest];
}
