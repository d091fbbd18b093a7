import { ChartError } from '../errors.ts';
import { nearest } from './nearest.ts';
import { FITS, type Entry, type Select, type Target } from './entry.ts';

/** A selection with a name, as recipe.yaml has it under `names`. */
export interface Named extends Select {
  /** The name that this one begins with. */
  readonly of?: string;
  /** Field path in front of every path. */
  readonly at?: string;
}

export type Names = Readonly<Record<string, Named>>;

/** A target as it is written: a name may stand for what it selects. */
export type WrittenTarget = Omit<Target, 'select' | 'reject'> & {
  readonly select: Select | string;
  readonly reject?: readonly (Select | string)[];
};

/** An entry as it is written, before names, `for` and the short form of one target are resolved. */
export type WrittenEntry = Omit<Entry, 'targets' | 'place' | 'form' | 'at'> &
  Partial<Pick<Entry, 'place' | 'form'>> &
  Partial<WrittenTarget> & {
    readonly for?: Readonly<Record<string, string>>;
    readonly targets?: readonly WrittenTarget[];
  };

const PATH = /^[a-z][A-Za-z0-9]*(?:\.[a-z][A-Za-z0-9]*)*$/;

/**
 * What an entry of recipe.yaml says, with names and repetition written out.
 *
 * @param at `file:line` of the entry
 * @throws RECIPE_INVALID for an unknown name, or a place that the form does not fit
 */
export function expandEntry(written: WrittenEntry, names: Names, at: string): readonly Entry[] {
  if (written.for === undefined) return [plainEntry(written, names, at)];
  return Object.entries(written.for).map(([key, item]) =>
    plainEntry(filled(written, { $key: key, $item: item }), names, at),
  );
}

/** The entry with `$key` and `$item` in its path and field paths replaced. */
export function filled(written: WrittenEntry, words: Readonly<Record<string, string>>): WrittenEntry {
  const fill = (text: string): string => text.replaceAll(/\$(?:key|item)/g, (word) => words[word] ?? word);
  const target = <T extends { readonly fieldPaths?: readonly string[] }>(one: T): T =>
    one.fieldPaths === undefined ? one : { ...one, fieldPaths: one.fieldPaths.map(fill) };
  const { targets, ...rest } = target(written);
  return { ...rest, path: fill(written.path), ...(targets && { targets: targets.map(target) }) };
}

function plainEntry(written: WrittenEntry, names: Names, at: string): Entry {
  const { for: _, targets, select, reject, fieldPaths, create, after, ...own } = written;
  const { place = 'replace', form = 'value' } = own;
  if (!PATH.test(own.path)) {
    throw new ChartError('RECIPE_INVALID', `${at}: path ${own.path} must match pattern ${PATH.source}`);
  }
  if (!FITS[form].includes(place)) {
    throw new ChartError(
      'RECIPE_INVALID',
      `${at}: entry ${own.path}: the form ${form} has no meaning for place: ${place}; it goes with ${FITS[form].join(', ')}`,
    );
  }
  const only: WrittenTarget = {
    select: select ?? {},
    ...(reject && { reject }),
    ...(fieldPaths && { fieldPaths }),
    ...(create !== undefined && { create }),
    ...(after !== undefined && { after }),
  };
  const all = (targets ?? [only]).map((target) => plainTarget(target, names, at));
  // The schema has checked which options go with which form.
  return { ...own, place, form, at, targets: all } as Entry;
}

function plainTarget(
  { select, reject, fieldPaths, ...rest }: WrittenTarget,
  names: Names,
  at: string,
): Target {
  const { at: prefix, ...selected } = selection(select, names, at, []);
  const behind = (path: string): string => (prefix === undefined ? path : `${prefix}.${path}`);
  return {
    ...rest,
    select: selected,
    ...(reject && {
      reject: reject.map((one) => {
        const { at: _, ...rejected } = selection(one, names, at, []);
        return rejected;
      }),
    }),
    ...(fieldPaths && { fieldPaths: fieldPaths.map(behind) }),
  };
}

/**
 * What a name means, those that it begins with included.
 *
 * @param through the names that led here
 * @throws RECIPE_INVALID for an unknown name, or one that begins with itself
 */
export function selection(
  select: Select | string,
  names: Names,
  at: string,
  through: readonly string[],
): Omit<Named, 'of'> {
  if (typeof select !== 'string') return select;
  const named = Object.hasOwn(names, select) ? names[select] : undefined;
  if (named === undefined) {
    throw new ChartError(
      'RECIPE_INVALID',
      `${at}: ${select} is none of names; the nearest is ${nearest(select, Object.keys(names)) ?? ''}`,
    );
  }
  if (through.includes(select)) {
    throw new ChartError('RECIPE_INVALID', `${at}: the name ${select} begins with itself`);
  }
  const { of, ...own } = named;
  if (of === undefined) return own;
  const base = selection(of, names, at, [...through, select]);
  const prefix = [base.at, own.at].filter((part) => part !== undefined).join('.');
  return { ...base, ...own, ...(prefix !== '' && { at: prefix }) };
}
