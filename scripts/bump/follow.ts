import { bindValues } from '../chart/templatize.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { getPath, isObject } from '../json/tree.ts';
import { attempt } from '../recipe/drifts.ts';
import { appendYaml, editYaml, type YamlEdit, type YamlPath } from '../recipe/edit.ts';
import { expandEntry, filled, type WrittenEntry, type WrittenTarget } from '../recipe/expand.ts';
import { parseRecipe, RECIPE_FILE } from '../recipe/load.ts';
import { resolve } from '../recipe/resolve.ts';
import type { Recipe } from '../recipe/types.ts';
import { readWritten, type WrittenAt } from '../recipe/written.ts';
import { mendingOf, type Holding, type Mending } from './drifts.ts';
import { writeYaml } from '../manifest/write-yaml.ts';

/** How an entry follows upstream. */
export type Way =
  /** Upstream has what was the chart's own: default and reason go. */
  | 'caught'
  /** Upstream has a field that it did not have: what was left open is as upstream has it. */
  | 'given'
  /** Upstream does not have a field any more that may be empty: the value stays, and is. */
  | 'kept'
  /** Upstream does not have it any more: what meant it goes, and the value with the last of it. */
  | 'gone';

/** An entry of the recipe that followed upstream. */
export interface Followed {
  /** Of its value, as it is written. */
  readonly path: string;
  readonly way: Way;
  readonly mends: readonly Mending[];
}

/** A recipe that follows upstream. */
export interface Following {
  readonly holding: Holding;
  readonly followed: readonly Followed[];
}

/** What an entry is tried with. */
interface Trial extends Holding {
  readonly parsed: Recipe;
  readonly names: Parameters<typeof expandEntry>[1];
  /** The values of the chart until now. */
  readonly defaults: JsonObject;
}

/** Another entry in place of one. */
interface Other {
  readonly way: Way;
  readonly entry: WrittenEntry;
  /** Of the entry, below its own place. */
  readonly edits: readonly YamlEdit[];
}

/**
 * Changes each entry that does not fit the manifest by itself, if a way makes it fit.
 *
 * @param defaults values of the chart that fitted
 * @param takesGone take out what upstream does not have any more, in place of the other ways
 */
export function follow(holding: Holding, defaults: JsonObject, takesGone = false): Following {
  const { names, entries } = readWritten(holding.recipe, RECIPE_FILE);
  const trial: Trial = { ...holding, parsed: parseRecipe(holding.recipe, RECIPE_FILE), names, defaults };
  // The last first, so that the places of the others stay.
  return entries.toReversed().reduce<Following>(
    (so, one) => {
      const text = so.holding.recipe;
      const next = fits(one.entry, trial)
        ? undefined
        : takesGone
          ? gone(one, text, trial)
          : (asWhole(one, text, trial) ?? apart(one, text, trial));
      if (next === undefined) return so;
      const { recipe, ...own } = next;
      return {
        holding: { ...so.holding, recipe },
        followed: [{ path: one.entry.path, ...own }, ...so.followed],
      };
    },
    { holding, followed: [] },
  );
}

function fits(entry: WrittenEntry, trial: Trial): boolean {
  return holds(entry, trial, (recipe) => bindValues(trial.manifest, recipe, trial.lock).drifts);
}

/** Whether all that an entry means is there, whatever its default is. */
function isThere(entry: WrittenEntry, trial: Trial): boolean {
  return holds(entry, trial, (recipe) => resolve(trial.manifest, recipe).drifts);
}

function holds(
  entry: WrittenEntry,
  { parsed, names }: Trial,
  drifts: (recipe: Recipe) => readonly unknown[],
): boolean {
  const { presets: _, ...recipe } = parsed;
  return attempt([], () => drifts({ ...recipe, entries: expandEntry(entry, names, '') }).length === 0, false);
}

type Changed = Omit<Followed, 'path'> & { readonly recipe: string };

function asWhole({ at, entry }: WrittenAt, text: string, trial: Trial): Changed | undefined {
  for (const other of others(entry, trial)) {
    const changed = fits(other.entry, trial) ? edited(text, at, other) : undefined;
    if (changed !== undefined) return changed;
  }
  return undefined;
}

/** The recipe with the edits of an entry; undefined where it would be none any more. */
function edited(
  text: string,
  at: YamlPath,
  { way, edits }: Pick<Other, 'way' | 'edits'>,
): Changed | undefined {
  const placed = edits.map((edit) => ({ ...edit, path: [...at, ...edit.path] }));
  return attempt(
    [],
    () => {
      const mends = placed.map((edit) => mendingOf(text, edit));
      // One by one: cuts of neighbours would meet.
      const recipe = placed.reduceRight((so, edit) => editYaml(so, RECIPE_FILE, [edit]), text);
      parseRecipe(recipe, RECIPE_FILE);
      return { way, mends, recipe };
    },
    undefined,
  );
}

/** What an entry could be instead, the likeliest first. */
function others(entry: WrittenEntry, { defaults }: Trial): readonly Other[] {
  const { default: own, reason, ...rest } = entry;
  const without = (key: string): YamlEdit => ({ path: [key], to: undefined });
  if (reason !== undefined)
    return [
      {
        way: 'caught',
        entry: rest,
        edits: [...(own === undefined ? [] : [without('default')]), without('reason')],
      },
      {
        way: 'caught',
        entry: { ...rest, ...(own !== undefined && { default: own }) },
        edits: [without('reason')],
      },
      ...kept(entry, undefined),
    ];
  const old = getPath(defaults, entry.path);
  return [
    ...(own === undefined ? [] : [{ way: 'given' as const, entry: rest, edits: [without('default')] }]),
    ...kept(entry, own ?? (entry.place === 'drop' && old !== undefined ? emptyLike(old) : undefined)),
  ];
}

/** With its fields made where they are not there. */
function kept(entry: WrittenEntry, empty: Json | undefined): readonly Other[] {
  if (entry.place !== 'drop' && entry.place !== 'merge' && entry.place !== 'append') return [];
  const create = (path: YamlPath): YamlEdit => ({ path: [...path, 'create'], to: 'true', isNew: true });
  const lacking = (entry.targets ?? []).flatMap(({ create: has }, i) =>
    has === true ? [] : [['targets', i] as const],
  );
  const isStated = entry.default !== undefined || empty === undefined;
  const made =
    entry.targets === undefined
      ? { create: true }
      : { targets: entry.targets.map((one) => ({ ...one, create: true })) };
  return [
    {
      way: 'kept',
      entry: { ...entry, ...made, ...(!isStated && { default: empty }) },
      edits: [
        ...(isStated ? [] : [{ path: ['default'], to: JSON.stringify(empty), isNew: true as const }]),
        ...(entry.targets !== undefined ? lacking.map(create) : entry.create === true ? [] : [create([])]),
      ],
    },
  ];
}

function emptyLike(value: Json): Json {
  if (Array.isArray(value)) return [];
  if (isObject(value)) return {};
  return typeof value === 'number' ? 0 : typeof value === 'boolean' ? false : '';
}

/** Members of a `for` of which upstream has another thing than of the rest, as entries of their own. */
function apart({ at, entry }: WrittenAt, text: string, trial: Trial): Changed | undefined {
  const all = membersOf(entry);
  const found = all.flatMap(({ key, member }) => {
    const other = fits(member, trial)
      ? undefined
      : others(member, trial).find((one) => fits(one.entry, trial));
    return other === undefined ? [] : [{ key, other }];
  });
  const [first] = found;
  if (first === undefined || found.length === all.length) return undefined;
  const edits = found.map(({ key }): YamlEdit => ({ path: ['for', key], to: undefined }));
  const changed = edited(text, at, { way: first.other.way, edits });
  if (changed === undefined) return undefined;
  const lines = writeYaml(found.map(({ other }) => other.entry)).replaceAll(/^(?=.)/gm, '  ');
  const [list = '', index] = at;
  const recipe = appendYaml(changed.recipe, RECIPE_FILE, [list], lines, Number(index));
  return attempt([], () => parseRecipe(recipe, RECIPE_FILE) && { ...changed, recipe }, undefined);
}

function membersOf(entry: WrittenEntry): readonly { readonly key: string; readonly member: WrittenEntry }[] {
  return Object.entries(entry.for ?? {}).map(([key, item]) => {
    const { for: _, ...member } = filled(entry, { $key: key, $item: item });
    return { key, member };
  });
}

/** Without what upstream does not have any more. */
function gone({ at, entry }: WrittenAt, text: string, trial: Trial): Changed | undefined {
  if (isThere(entry, trial)) return undefined;
  const whole: Pick<Other, 'way' | 'edits'> = { way: 'gone', edits: [{ path: [], to: undefined }] };
  const members = membersOf(entry).filter(({ member }) => !isThere(member, trial));
  const ofMembers = members.map(({ key }): YamlEdit => ({ path: ['for', key], to: undefined }));
  if (entry.for !== undefined)
    return edited(
      text,
      at,
      ofMembers.length < Object.keys(entry.for).length ? { way: 'gone', edits: ofMembers } : whole,
    );
  const { targets, select, fieldPaths, ...rest } = entry;
  const listed: readonly WrittenTarget[] = targets ?? [
    { ...rest, select: select ?? {}, ...(fieldPaths && { fieldPaths }) },
  ];
  const isGone = (target: WrittenTarget): boolean => !isThere({ ...rest, targets: [target] }, trial);
  const edits = listed.flatMap((target, i): readonly YamlEdit[] => {
    const path = targets === undefined ? [] : ['targets', i];
    const paths = target.fieldPaths ?? [];
    const lost = paths.flatMap((one, j) => (isGone({ ...target, fieldPaths: [one] }) ? [j] : []));
    if (lost.length === paths.length) return isGone(target) ? [{ path, to: undefined }] : [];
    return lost.map((j) => ({ path: [...path, 'fieldPaths', j], to: undefined }));
  });
  const isAll =
    edits.filter(({ path }) => path.length <= 2 && path.at(-2) !== 'fieldPaths').length === listed.length;
  return edits.length === 0 ? undefined : edited(text, at, isAll ? whole : { way: 'gone', edits });
}
