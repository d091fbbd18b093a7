import { ChartError } from '../errors.ts';
import { entryName, type Entry, type Target } from '../recipe/entry.ts';
import type { Draft, Left, Proposal, Spot } from './draft.ts';
import { pathOf, selectedBy } from './holders.ts';

/** A draft as an entry of the recipe. */
export function entryOf(draft: Draft): Entry {
  const { kind: _, section: __, note: ___, workload: ____, spots, ...rest } = draft;
  // Each family gives the options that go with its form.
  return { ...rest, targets: spots.map(targetOf) } as Entry;
}

function targetOf({ holder, field, reject, create, after }: Spot): Target {
  const path = pathOf(holder, field);
  return {
    select: selectedBy(holder),
    ...(reject !== undefined && { reject }),
    ...(path !== '' && { fieldPaths: [path] }),
    ...(create !== undefined && { create }),
    ...(after !== undefined && { after }),
  };
}

/**
 * The drafts that fit the manifest together. What does not fit is left, with the words that building
 * it would give: a rule of a family that did not foresee a shape costs a value, never the chart.
 *
 * @param settled entries that are known to fit, and stay
 * @param build throws where entries do not fit together
 */
export function settle(
  settled: readonly Entry[],
  drafts: readonly Draft[],
  build: (entries: readonly Entry[]) => unknown,
): Proposal {
  const left: Left[] = [];
  const fits = (all: readonly Draft[]): string | undefined => {
    try {
      build([...settled, ...all.map(entryOf)]);
      return undefined;
    } catch (error) {
      if (error instanceof ChartError && error.code !== 'BUG') return error.message;
      throw error;
    }
  };
  const kept = (accepted: readonly Draft[], candidates: readonly Draft[]): readonly Draft[] => {
    if (candidates.length === 0) return accepted;
    const why = fits([...accepted, ...candidates]);
    if (why === undefined) return [...accepted, ...candidates];
    const [only] = candidates;
    if (candidates.length === 1 && only !== undefined) {
      left.push({
        kind: only.kind,
        what: only.path,
        why: why.replace(`${entryName({ path: only.path })}: `, ''),
      });
      return accepted;
    }
    const half = candidates.length >> 1;
    return kept(kept(accepted, candidates.slice(0, half)), candidates.slice(half));
  };
  return { drafts: kept([], drafts), left };
}
