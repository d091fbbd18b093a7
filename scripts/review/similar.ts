import type { Json } from '../json/json.ts';
import { asText, isObject } from '../json/tree.ts';

/** The least share of equal leaves by which two things are taken for one under two names. */
const ALIKE = 0.7;
/** Leaves that must be equal at least: one or two are equal by chance. */
const FEWEST = 2;
/** Pairs that are looked at; a file in which more is new and gone was not renamed. */
const MOST_PAIRS = 10_000;

/** Something that is on one side only. */
export interface Unpaired {
  /** What must be equal, for example the kind. */
  readonly group: string;
  /** Pairs without a look at the content when it is equal, where it is not ''. */
  readonly alias: string;
  readonly content: Json;
}

/**
 * Which things that are gone and new are one under another name: those with the same alias, then
 * the most alike first.
 */
export function renamed<T extends Unpaired>(
  gone: readonly T[],
  fresh: readonly T[],
): readonly (readonly [before: T, after: T])[] {
  if (gone.length * fresh.length > MOST_PAIRS) return [];
  const [left, right] = [leavesOf(gone), leavesOf(fresh)];
  const candidates = gone
    .flatMap((before) => fresh.map((after) => ({ before, after })))
    .filter(({ before, after }) => before.group === after.group)
    .map((pair) => ({
      ...pair,
      likeness:
        pair.before.alias !== '' && pair.before.alias === pair.after.alias
          ? 1 + likeness(left.get(pair.before), right.get(pair.after))
          : likeness(left.get(pair.before), right.get(pair.after)),
    }))
    .filter((pair) => pair.likeness >= ALIKE)
    .toSorted((a, b) => b.likeness - a.likeness);
  const taken = new Set<T>();
  return candidates.flatMap(({ before, after }): readonly (readonly [T, T])[] => {
    if (taken.has(before) || taken.has(after)) return [];
    taken.add(before).add(after);
    return [[before, after]];
  });
}

function leavesOf<T extends Unpaired>(things: readonly T[]): ReadonlyMap<T, ReadonlySet<string>> {
  return new Map(things.map((thing) => [thing, new Set(leaves(thing.content, ''))]));
}

function likeness(a: ReadonlySet<string> = new Set(), b: ReadonlySet<string> = new Set()): number {
  const equal = [...a].filter((leaf) => b.has(leaf)).length;
  return equal < FEWEST ? 0 : (2 * equal) / (a.size + b.size);
}

/** Each leaf with its path; where in a list it stands does not count. */
function leaves(value: Json, at: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => leaves(item, `${at}/`));
  if (isObject(value)) return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${at}/${key}`));
  return [`${at} ${asText(value)}`];
}
