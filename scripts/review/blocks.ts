import { groupBy } from '../json/group-by.ts';
import { showObject, type ObjectName } from './object-name.ts';
import { pathKey, type Path } from './path.ts';
import type { Item } from './review.ts';

/** A change below the place of its block. */
export interface Row extends Omit<Item, 'object' | 'was'> {}

/** Where the changes of a block are: one object, at one or more places in it. */
export interface Place {
  readonly object: ObjectName;
  readonly was?: ObjectName;
  readonly at: Path;
}

/** Changes that belong together, and all places where there are exactly these. */
export interface Block {
  readonly places: readonly Place[];
  readonly rows: readonly Row[];
}

/** Rows that a person takes in at once; the changes of a map stay together however many they are. */
const FEW = 6;

/**
 * Puts changes together as a person would tell them: those of one map or nearby in one object as
 * one block, and the same block in several objects or places once, with where it is.
 */
export function blocksOf(items: readonly Item[]): readonly Block[] {
  const clusters = [...groupBy(items, ({ object }) => showObject(object))].flatMap(([, own]) =>
    clustersOf(own),
  );
  const same = groupBy(clusters, ({ rows }) =>
    JSON.stringify(rows.map(({ path, kind, before, after }) => [path, kind, before ?? null, after ?? null])),
  );
  return [...same].map(([, own]) => ({ places: own.map(({ place }) => place), rows: own[0]?.rows ?? [] }));
}

interface Cluster {
  readonly place: Place;
  readonly rows: readonly Row[];
}

function clustersOf(items: readonly Item[]): readonly Cluster[] {
  return gather(items, []).map(({ at, own }) => {
    const [{ object, was }] = own as readonly [Item, ...Item[]];
    return {
      place: { object, ...(was !== undefined && { was }), at },
      rows: own.map(({ path, kind, before, after, marks }) => ({
        path: path.slice(at.length),
        kind,
        before,
        after,
        marks,
      })),
    };
  });
}

interface Gathered {
  readonly at: Path;
  readonly own: readonly Item[];
}

/** What lies below a path, in as few pieces as can be read. */
function gather(items: readonly Item[], at: Path): readonly Gathered[] {
  const whole = items.filter(({ path }) => path.length === at.length);
  if (whole.length > 0) return [{ at, own: items }];
  const children = groupBy(items, ({ path }) => pathKey(path.slice(0, at.length + 1)));
  const pieces = [...children].flatMap(([, own]): readonly Gathered[] => {
    const [first] = own;
    if (first === undefined) return [];
    const next = first.path.slice(0, at.length + 1);
    return first.path.length === next.length ? [{ at, own }] : gather(own, next);
  });
  const leaves = pieces.filter((piece) => piece.at.length === at.length).flatMap(({ own }) => own);
  const below = pieces.filter((piece) => piece.at.length > at.length);
  const isNear = below.every((piece) => piece.own.every(({ path }) => path.length <= at.length + 2));
  const isOne = below.length + leaves.length < 2;
  if (at.length > 0 && isNear && !isOne && items.length <= FEW) return [{ at, own: items }];
  return [...(leaves.length > 0 ? [{ at, own: leaves }] : []), ...below];
}
