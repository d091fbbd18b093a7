import type { Cause } from './causes.ts';
import type { MarkKind } from './marks.ts';
import { consequences, undeclared, type Review } from './review.ts';

/** Something that a person must know before all else. */
export interface Point {
  readonly label: string;
  /** Whether there is nothing to look at. */
  readonly calm: boolean;
  readonly lines: readonly string[];
}

/**
 * What a person must know before all else, always in the same order.
 *
 * @param ofChart whether changes can be declared
 */
export function summary(review: Review, ofChart = true): readonly Point[] {
  const loose = undeclared(review).length;
  const titles = (kind: Cause['kind']): readonly string[] => [
    ...new Set(
      review.groups.flatMap(({ causes }) =>
        causes.filter((cause) => cause.kind === kind).map(({ value }) => value),
      ),
    ),
  ];
  const [departures, values] = [titles('departure'), titles('value')];
  const does = consequencePoints(review);
  if (!ofChart) return does;
  return [
    {
      label: 'undeclared',
      calm: loose === 0,
      lines: [loose === 0 ? 'nothing' : `${count(loose, 'change')} that nothing in the recipe explains`],
    },
    {
      label: 'declared',
      calm: true,
      lines: [
        departures.length === 0
          ? 'nothing'
          : `${count(departures.length, 'departure')}: ${departures.join(', ')}`,
      ],
    },
    ...(values.length === 0 ? [] : [{ label: 'your values', calm: true, lines: [values.join(', ')] }]),
    ...does,
  ];
}

function consequencePoints(review: Review): readonly Point[] {
  return [
    point(review, 'restarts', 'no pod'),
    point(review, 'widens', 'none'),
    point(review, 'immutable', 'nothing, all can be changed in place'),
    point(review, 'lost', 'nothing'),
    // Of a CRD alone: there is nothing to be calm about in most charts.
    ...[point(review, 'refuses', '')].filter(({ calm }) => !calm),
  ];
}

const LABELS: Readonly<Record<MarkKind, string>> = {
  restarts: 'restarts',
  widens: 'new rights',
  immutable: 'recreate',
  lost: 'lost',
  refuses: 'refuses',
};

/** What happens to one object that a person takes in before all else; each is told below. */
const MOST = 12;

function point(review: Review, kind: MarkKind, nothing: string): Point {
  const found = consequences(review, kind);
  const lines = [...found].flatMap(([object, whats]) => {
    const own = whats.filter((what) => what !== object);
    if (own.length < 2) return [[object, ...own].join(': ')];
    // Of rights each must be seen; of a CRD's schema there may be hundreds.
    const most = kind === 'widens' ? own.length : MOST;
    const more = own.length > most ? [`and ${own.length - most} more`] : [];
    return [`${object}:`, ...[...own.slice(0, most), ...more].map((what) => `  ${what}`)];
  });
  const calm = lines.length === 0;
  return { label: LABELS[kind], calm, lines: calm ? [nothing] : lines };
}

/** How many objects differ of those that there are, and how many go. */
export function differing({ objects, differ, groups }: Review): string {
  const all = groups.flatMap(({ items }) => items);
  const gone = all.filter(({ path, after }) => path.length === 0 && after === undefined).length;
  const left = `${differ - gone} of ${objects} objects differ`;
  return gone === 0 ? left : `${left}, ${count(gone, 'object')} ${gone === 1 ? 'is' : 'are'} gone`;
}

/** `1 change`, `2 changes`. */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
