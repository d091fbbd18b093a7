import { ChartError } from '../errors.ts';
import { groupBy } from '../json/group-by.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { equalJson, getPath, isObject, member, treeOf, withoutPath } from '../json/tree.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { attempt, refuseAll } from '../recipe/drifts.ts';
import type { Lock } from '../recipe/lock.ts';
import { isInFolder, pathKey, resolve, type Binding, type Bound } from '../recipe/resolve.ts';
import { matching } from '../recipe/select.ts';
import { entryName, identityKeys, kindOf, type Entry } from '../recipe/entry.ts';
import type { Recipe } from '../recipe/types.ts';
import { defaultOf, type Default } from './defaults.ts';
import { fieldEdit } from './field.ts';
import type { Names } from './forms/form.ts';
import { escapeTemplate, goDict, goList, goString, include, valuePath } from './go-template.ts';
import { formatImage, type ImageValue } from './image.ts';
import { listChecks, type ListCheck } from './list-checks.ts';
import type { ChartModel, Lift } from './model.ts';
import { namedTemplates } from './named.ts';
import { presetTable, refuseUnboundPresets } from './presets.ts';
import { presetPaths } from '../recipe/omissions.ts';
import { templateNames } from './template-name.ts';
import { applyEdits } from './text-edit.ts';

/**
 * Turns a manifest into Helm templates and values, as the recipe says.
 *
 * @throws RECIPE_SELECTOR, RECIPE_CLAIM, RECIPE_DEFAULT, IMAGE_UNPINNED, with a line for each thing
 *   that does not fit
 */
export function templatize(manifest: Manifest, recipe: Recipe, lock: Lock): ChartModel {
  const { resources, values, open, ofEntry, drifts } = bindValues(manifest, recipe, lock);
  const defaults = values.map(({ value }) => value);
  refuseAll(drifts);
  const chart = recipe.chart.name;
  const { names, templates: helpers } = namedTemplates(
    recipe.entries.flatMap((entry) => ofEntry.get(entry) ?? []),
    chart,
  );
  const checks = listChecks(
    resources.map((resource) => resource.bindings),
    chart,
  );
  const files = templateNames(manifest.resources);
  const omitting = recipe.entries.filter(({ omitEmpty }) => omitEmpty !== undefined);
  const prepared = new Set([...open, ...omitting.map(({ path }) => path)]);
  const entries = new Map(recipe.entries.map((entry) => [entry.path, entry]));
  const writing: Writing = { entries, prepared, names, checks };
  const named = resources.map((bound, i) => ({ bound, file: files[i] ?? '' }));
  const isCrd = ({ bound }: (typeof named)[number]): boolean => isInFolder(bound.resource, recipe);
  const templates = named
    .filter((one) => !isCrd(one))
    .map(({ bound, file }) => ({ file, text: attempt(drifts, () => templateText(bound, writing), '') }));
  refuseAll(drifts);
  const presets = recipe.presets && presetTable(recipe.presets, (path) => upstreamAt(defaults, path));
  return {
    templates,
    crds: named.filter(isCrd).map(({ bound, file }) => ({ file, text: bound.resource.text })),
    values: values.map(({ entry, bindings: own, value: { upstream, chart: ours } }) => ({
      entry,
      bindings: own,
      upstream,
      chart: ours,
    })),
    defaults: {
      ...(presets && { [presets.path]: presets.default }),
      ...tree(defaults, ({ path, chart: own }) => unset(path, own, open)),
    },
    presets,
    upstreamValues: tree(defaults.filter(differs), ({ override }) => override),
    lifts: resources.flatMap(liftsOf),
    departures: defaults.flatMap(({ departure }) => departure ?? []),
    images: values
      .filter(({ entry }) => entry.form === 'image')
      .map(({ value: { path, chart: ours } }) => {
        const image = ours as unknown as ImageValue;
        return {
          value: path,
          reference: formatImage(image),
          platforms: member(lock.images, path)?.platforms ?? [],
        };
      }),
    named: helpers,
    checks: [...checks.values()],
  };
}

/** A recipe's values on a manifest, as far as they fit, and everything that does not. */
interface BoundValues {
  readonly resources: readonly Bound[];
  readonly values: readonly BoundValue[];
  /** Paths that presets decide. */
  readonly open: ReadonlySet<string>;
  readonly ofEntry: ReadonlyMap<Entry, readonly Binding[]>;
  /** Selectors that match nothing, fields that are claimed twice, defaults that do not fit. */
  readonly drifts: ChartError[];
}

/** Binds every value to its fields; what does not fit is no error yet. */
export function bindValues(manifest: Manifest, recipe: Recipe, lock: Lock): BoundValues {
  const { resources, drifts: found } = resolve(manifest, recipe);
  const drifts = [...found];
  const bindings = resources.flatMap((resource) => resource.bindings);
  const open = presetPaths(recipe.presets);
  if (recipe.presets !== undefined) refuseUnboundPresets(recipe.presets, recipe.entries);
  const ofEntry = groupBy(bindings, ({ entry }) => entry);
  const values = recipe.entries.flatMap((entry): readonly BoundValue[] => {
    const own = ofEntry.get(entry) ?? [];
    // What does not resolve has been told.
    if (own.length === 0 && entry.place !== 'document' && entry.place !== 'each') return [];
    const ours = isOurs(entry, manifest);
    return attempt(drifts, () => {
      const its = defaultOf(entry, own, ours, recipe, member(lock.images, entry.path));
      return [{ entry, bindings: own, value: settled(entry, its, open) }];
    }, []);
  });
  return { resources, values, open, ofEntry, drifts };
}

interface BoundValue {
  readonly entry: Entry;
  readonly bindings: readonly Binding[];
  readonly value: Default;
}

/** What the text of all templates is made with. */
interface Writing {
  /** By the path of their value. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** Paths of values that are made ready first: presets decide them, or empty keys of them go. */
  readonly prepared: ReadonlySet<string>;
  readonly names: Names;
  readonly checks: ReadonlyMap<Binding, ListCheck>;
}

/** Whether an entry means only objects that upstream does not have. */
export function isOurs(entry: Entry, manifest: Manifest): boolean {
  return entry.targets.every((target) => matching(manifest, target).every(({ added }) => added === true));
}

function differs({ upstream, chart }: Default): boolean {
  return !equalJson(upstream, chart);
}

/** Refuses what an entry's default cannot be: no map for omitEmpty, its own where presets decide. */
function settled(entry: Entry, value: Default, open: ReadonlySet<string>): Default {
  if (entry.omitEmpty !== undefined && !isObject(value.chart)) {
    throw new ChartError(
      'RECIPE_INVALID',
      `${entryName(entry)}: omitEmpty leaves out keys of a map, and its default is ${JSON.stringify(value.chart)}`,
    );
  }
  if (!open.has(entry.path) || !differs(value)) return value;
  throw new ChartError(
    'RECIPE_DEFAULT',
    `${entryName(entry)}: presets decide its value, so a default that is not upstream's would never be read`,
    { hint: 'State it in the default preset.' },
  );
}

/** What upstream has at a path: that of a value, or inside of one. */
function upstreamAt(defaults: readonly Default[], path: string): Json | undefined {
  const value = defaults.find((one) => one.path === path || path.startsWith(`${one.path}.`));
  if (value === undefined || value.path === path) return value?.upstream;
  return isObject(value.upstream) ? getPath(value.upstream, path.slice(value.path.length + 1)) : undefined;
}

/** A default without what presets decide; undefined when they decide all of it. */
function unset(path: string, value: Json, open: ReadonlySet<string>): Json | undefined {
  if (open.has(path)) return undefined;
  return [...open]
    .filter((at) => at.startsWith(`${path}.`))
    .reduce<Json>((at, inner) => (isObject(at) ? withoutPath(at, inner.slice(path.length + 1)) : at), value);
}

/** Values as a tree; one that `pick` leaves open is not in it, nor a map of nothing else. */
function tree(defaults: readonly Default[], pick: (value: Default) => Json | undefined): JsonObject {
  return treeOf(
    defaults.flatMap((value) => {
      const picked = pick(value);
      return picked === undefined ? [] : [[value.path, picked] as const];
    }),
  );
}

function templateText({ resource, bindings, conditions, each }: Bound, writing: Writing): string {
  const { names, checks } = writing;
  if (bindings.length === 0 && conditions.length === 0) return escapeTemplate(resource.text);
  const groups = groupBy(bindings, ({ field }) => pathKey(field));
  const edited = applyEdits(
    resource.text,
    [...groups.values()].map((group) =>
      fieldEdit(
        group,
        names,
        group.flatMap((binding) => checks.get(binding)?.name ?? []),
      ),
    ),
  );
  const text = each === undefined ? edited : forEach(each, edited, names.chart);
  const read = new Set([
    ...bindings.map(({ entry }) => entry.path),
    ...conditions,
    ...(each ? [each.path] : []),
  ]);
  const preset = [...read].some((path) => readsAny(path, writing))
    ? `{{- ${include(`${names.chart}.prepare`, '.')} -}}\n`
    : '';
  const tests = conditions.map((path) => valuePath(path));
  if (tests.length === 0) return preset + text;
  return `${preset}{{- if ${tests.length === 1 ? tests.join('') : `and ${tests.join(' ')}`} }}\n${text}{{- end }}\n`;
}

/** One document for each element; `with $` gives the template its root back as the dot. */
function forEach(entry: Entry, text: string, chart: string): string {
  const list = valuePath(entry.path);
  const unique = goDict([
    ['at', goString(entry.path)],
    ['of', list],
    ['keys', goList(identityKeys(entry).map(goString))],
  ]);
  return `{{- ${include(`${chart}.unique`, unique)} }}\n{{- range $item := ${list} }}\n{{- with $ }}\n---\n${text}{{- end }}\n{{- end }}\n`;
}

/** Whether rendering a value reads one that is made ready first. */
function readsAny(path: string, writing: Pick<Writing, 'entries' | 'prepared'>): boolean {
  const { entries, prepared } = writing;
  const entry = entries.get(path);
  if (entry?.form === 'checksum') return [entry.of].flat().some((of) => readsAny(of, writing));
  const paths = [path, ...(entry?.form === 'json' ? (entry.derive ?? []).map(({ from }) => from) : [])];
  return paths.some((at) => prepared.has(at) || [...prepared].some((other) => other.startsWith(`${at}.`)));
}

function liftsOf({ resource, bindings, conditions }: Bound): readonly Lift[] {
  const { kind, name } = resource;
  return [
    ...conditions.map((value) => ({ value, as: 'document', resource: { kind, name }, field: [] })),
    ...bindings.map(({ entry, field }) => ({
      value: entry.path,
      as: kindOf(entry),
      resource: { kind, name },
      field: field.path,
    })),
  ];
}
