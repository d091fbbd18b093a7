import { groupBy } from '../json/group-by.ts';
import type { JsonObject } from '../json/json.ts';
import type { Cause, Explain } from './causes.ts';
import { compare, type ObjectChange } from './compare.ts';
import type { Change } from './differences.ts';
import { hiddenChange } from './hidden.ts';
import { marksOf, type Mark, type MarkKind } from './marks.ts';
import { showObject, type ObjectName } from './object-name.ts';
import { showPath } from './path.ts';

/** One side of a review. */
export interface Side {
  /** For people, for example `upstream v1.2.3`. */
  readonly name: string;
  readonly objects: readonly JsonObject[];
  /** The objects come out of a cluster. */
  readonly live?: boolean;
  /** The objects are of no chart that is known: what is not upstream's in them somebody did by hand. */
  readonly byHand?: boolean;
}

/** A change with the object that it is in and what it does. */
export interface Item extends Change {
  readonly object: ObjectName;
  /** As the object was called, when it has another name now. */
  readonly was?: ObjectName;
  readonly marks: readonly Mark[];
}

/** All changes that have the same causes. */
export interface Group {
  /** None when nothing declares the changes. */
  readonly causes: readonly Cause[];
  readonly items: readonly Item[];
}

/** What changes from one side to the other, and why. */
export interface Review {
  readonly before: string;
  readonly after: string;
  /** How many objects there are after, and how many of all differ. */
  readonly objects: number;
  readonly differ: number;
  /** What is undeclared first, then what does most. */
  readonly groups: readonly Group[];
}

/** Compares two sides and explains the difference. What Secrets hold is not in the result. */
export function review(before: Side, after: Side, explain: Explain): Review {
  const differing = compare(before.objects, after.objects, { live: before.live === true }).toSorted((a, b) =>
    order(showObject(a.object), showObject(b.object)),
  );
  const items = differing.flatMap((one) =>
    one.changes
      .toSorted((a, b) => order(showPath(a.path), showPath(b.path)))
      .map((change) => ({ causes: explain(change, one), item: itemOf(change, one) })),
  );
  const groups = [...groupBy(items, ({ causes }) => JSON.stringify(causes))].map(([, own]) => ({
    causes: own[0]?.causes ?? [],
    items: own.map(({ item }) => item),
  }));
  return {
    before: before.name,
    after: after.name,
    objects: after.objects.length,
    differ: differing.length,
    groups: groups.toSorted((a, b) => weight(a) - weight(b) || order(title(a), title(b))),
  };
}

/** What a person must see first: what nobody declared, then what does most. */
function weight({ causes, items }: Group): number {
  if (causes.length === 0) return -1;
  const kinds = new Set(items.flatMap(({ marks }) => marks.map(({ kind }) => kind)));
  const first = SEVERITY.findIndex((kind) => kinds.has(kind));
  return first < 0 ? SEVERITY.length : first;
}

const SEVERITY: readonly MarkKind[] = ['lost', 'immutable', 'refuses', 'widens', 'restarts'];

/** What a group is called: the values that are its causes. */
export function title({ causes }: Pick<Group, 'causes'>): string {
  return causes.map(({ kind, value }) => (kind === 'value' ? `${value} (your values)` : value)).join(' + ');
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function itemOf(change: Change, of: ObjectChange): Item {
  const { object, was } = of;
  return {
    object,
    ...(was !== undefined && { was }),
    ...hiddenChange(change, object),
    marks: marksOf(change, of),
  };
}

/** The changes that nothing declares. */
export function undeclared({ groups }: Pick<Review, 'groups'>): readonly Item[] {
  return groups.filter(({ causes }) => causes.length === 0).flatMap(({ items }) => items);
}

/** What changes do, each with the objects that it happens to. */
export function consequences(
  { groups }: Pick<Review, 'groups'>,
  kind: MarkKind,
): ReadonlyMap<string, readonly string[]> {
  const found = groups.flatMap(({ items }) =>
    items.flatMap(({ object, marks }) =>
      marks.filter((mark) => mark.kind === kind).map(({ what }) => ({ what, object: showObject(object) })),
    ),
  );
  return new Map(
    [...groupBy(found, ({ object }) => object)].map(([object, own]) => [
      object,
      [...new Set(own.map(({ what }) => what).filter((what) => what !== ''))],
    ]),
  );
}

const TAGS: Readonly<Record<MarkKind, string>> = {
  lost: 'LOST',
  immutable: 'MUST BE RECREATED',
  refuses: 'REFUSES WHAT WAS VALID',
  widens: 'NEW RIGHTS',
  restarts: 'restarts pods',
};

/** What changes do, in a word or two each. */
export function tagsOf(items: readonly Pick<Item, 'marks'>[]): readonly string[] {
  const kinds = new Set(items.flatMap(({ marks }) => marks.map(({ kind }) => kind)));
  return SEVERITY.filter((kind) => kinds.has(kind)).map((kind) => TAGS[kind]);
}
