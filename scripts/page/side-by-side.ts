import { diffArrays } from 'diff';
import type { YamlLine } from './yaml-lines.ts';

/** Lines that stand beside each other; undefined where one side has nothing. */
export interface Row {
  readonly kind: 'equal' | 'changed' | 'added' | 'removed';
  readonly before: Numbered | undefined;
  readonly after: Numbered | undefined;
}

/** A line with its number, from 1. */
export interface Numbered extends YamlLine {
  readonly number: number;
}

/** Rows that are shown, or equal ones that are folded away. */
export interface Part {
  readonly folded: boolean;
  readonly rows: readonly Row[];
}

/** Equal lines around a difference. */
const CONTEXT = 3;
/** Beyond that many differences two texts have nothing in common that helps a reader. */
const MOST_EDITS = 4000;

/** Two texts beside each other, line by line. */
export function sideBySide(before: readonly YamlLine[], after: readonly YamlLine[]): readonly Row[] {
  const texts = (lines: readonly YamlLine[]): string[] => lines.map(({ text }) => text);
  const runs = diffArrays(texts(before), texts(after), { maxEditLength: MOST_EDITS }) ?? [
    { count: before.length, removed: true, added: false },
    { count: after.length, removed: false, added: true },
  ];
  const rows: Row[] = [];
  let [left, right] = [0, 0];
  const old = (i: number): Numbered | undefined => numbered(before, i);
  const now = (i: number): Numbered | undefined => numbered(after, i);
  runs.forEach(({ count, added, removed }, at) => {
    const previous = runs[at - 1];
    if (removed) {
      const next = runs[at + 1];
      const paired = next?.added === true ? Math.min(count, next.count) : 0;
      for (let i = 0; i < paired; i += 1)
        rows.push({ kind: 'changed', before: old(left + i), after: now(right + i) });
      for (let i = paired; i < count; i += 1)
        rows.push({ kind: 'removed', before: old(left + i), after: undefined });
      left += count;
      right += paired;
    } else if (added) {
      const paired = previous?.removed === true ? Math.min(count, previous.count) : 0;
      for (let i = paired; i < count; i += 1)
        rows.push({ kind: 'added', before: undefined, after: now(right + i - paired) });
      right += count - paired;
    } else {
      for (let i = 0; i < count; i += 1)
        rows.push({ kind: 'equal', before: old(left + i), after: now(right + i) });
      left += count;
      right += count;
    }
  });
  return rows;
}

function numbered(lines: readonly YamlLine[], index: number): Numbered | undefined {
  const line = lines[index];
  return line && { ...line, number: index + 1 };
}

/** Folds away what is equal and not near a difference; all of it when nothing differs. */
export function folded(rows: readonly Row[]): readonly Part[] {
  const near = rows.map(() => false);
  rows.forEach(({ kind }, i) => {
    if (kind !== 'equal') near.fill(true, Math.max(0, i - CONTEXT), i + CONTEXT + 1);
  });
  const parts: { folded: boolean; rows: Row[] }[] = [];
  rows.forEach((row, i) => {
    const isFolded = near[i] !== true;
    const last = parts.at(-1);
    if (last?.folded === isFolded) last.rows.push(row);
    else parts.push({ folded: isFolded, rows: [row] });
  });
  // A fold of one line takes as much room as the line.
  return parts.map((part) => (part.rows.length === 1 ? { ...part, folded: false } : part));
}

/** What two lines have in common at the front and at the end. */
export function common(before: string, after: string): readonly [front: number, end: number] {
  const most = Math.min(before.length, after.length);
  let front = 0;
  while (front < most && before[front] === after[front]) front += 1;
  let end = 0;
  while (end < most - front && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return [front, end];
}
