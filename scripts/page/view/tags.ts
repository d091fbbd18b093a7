import type { Mark } from '../../review/marks.ts';
import { MARKS, type MarkKind } from '../../review/marks.ts';
import { h } from './dom.ts';

const WORDS: Readonly<Record<MarkKind, string>> = {
  lost: 'lost',
  immutable: 'must be recreated',
  refuses: 'refuses what was valid',
  widens: 'new rights',
  restarts: 'restarts pods',
};

/** What changes do, each as a small sign. */
export function tags(marks: readonly Mark[]): readonly HTMLElement[] {
  const kinds = (Object.keys(WORDS) as readonly MarkKind[]).filter((kind) =>
    marks.some((mark) => mark.kind === kind),
  );
  return kinds.map((kind) => h('span', { class: `tag ${kind}`, title: MARKS[kind] }, WORDS[kind]));
}
