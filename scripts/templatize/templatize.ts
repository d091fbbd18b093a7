import { ChartError } from '../errors.ts';
import type { Json, JsonObject, Manifest, Resource } from '../parse/manifest.ts';
import type { Lock } from '../recipe/lock.ts';
import { matching } from '../recipe/select.ts';
import { identityKeys, type EachEntry, type Entry, type Recipe } from '../recipe/types.ts';
import { listChecks, type ListCheck } from './appended.ts';
import { bind, type FieldBinding, type ResourceBindings } from './binding.ts';
import { defaultOf, type Default } from './defaults.ts';
import { applyEdits, escapeTemplate } from './edit.ts';
import { groupBy } from '../recipe/group.ts';
import { formatImage } from './image.ts';
import { jsonStyle } from './json-style.ts';
import { lift } from './lift.ts';
import type { ChartModel, ImageValue, JsonStyle, Lift } from './model.ts';
import { presetPaths, presetTable, refuseUnboundPresets } from './presets.ts';
import { equalJson, setPath } from './tree.ts';
import { templateNames } from './template-name.ts';

/**
 * Turns a manifest into Helm templates and values, as the recipe says.
 *
 * @throws RECIPE_SELECTOR, RECIPE_CLAIM, RECIPE_DEFAULT, IMAGE_UNPINNED
 */
export function templatize(manifest: Manifest, recipe: Recipe, lock: Lock): ChartModel {
  const bound = bind(manifest, recipe);
  const names = templateNames(manifest.resources);
  const checks = listChecks(
    bound.map((resource) => resource.fields),
    recipe.chart.name,
  );
  const fields = bound.flatMap((resource) => resource.fields);
  const defaults = recipe.entries.map((entry) =>
    defaultOf(
      entry,
      fields.filter((field) => field.entry === entry),
      isOurs(entry, manifest),
      recipe,
      lock.images[entry.path],
    ),
  );
  const open = presetPaths(recipe.presets);
  if (recipe.presets !== undefined) refuseUnboundPresets(recipe.presets, recipe.entries);
  const presets =
    recipe.presets &&
    presetTable(recipe.presets, (path) => defaults.find((value) => value.path === path)?.upstream);
  return {
    templates: bound.map((bindings, i) => ({
      file: names[i] ?? '',
      text: templateText(bindings, recipe, open, checks),
    })),
    defaults: {
      ...(presets && { [presets.path]: presets.default }),
      ...tree(defaults, ({ path, chart }) => (open.has(path) ? undefined : chart)),
    },
    presets,
    upstreamValues: tree(defaults.filter(differs), ({ upstream }) => upstream),
    lifts: bound.flatMap(liftsOf),
    departures: defaults.flatMap(({ departure }) => departure ?? []),
    images: recipe.entries
      .filter((entry) => entry.as === 'image')
      .map(({ path }) => {
        const image = defaults.find((value) => value.path === path)?.chart as unknown as ImageValue;
        return { value: path, reference: formatImage(image), platforms: lock.images[path]?.platforms ?? [] };
      }),
    jsonStyles: stylesOf(fields),
    checks: [...checks.values()],
  };
}

/** Whether an entry means only objects that upstream does not have. */
function isOurs(entry: Entry, manifest: Manifest): boolean {
  return entry.targets.every((target) => matching(manifest, target).every(({ added }) => added === true));
}

function differs({ upstream, chart }: Default): boolean {
  return !equalJson(upstream, chart);
}

/** Values as a tree; one that `pick` leaves open is not in it, nor a map of nothing else. */
function tree(defaults: readonly Default[], pick: (value: Default) => Json | undefined): JsonObject {
  return defaults.reduce<JsonObject>((at, value) => {
    const picked = pick(value);
    return picked === undefined ? at : setPath(at, value.path, picked);
  }, {});
}

function templateText(
  { resource, fields, conditions, each }: ResourceBindings,
  recipe: Recipe,
  open: ReadonlySet<string>,
  checks: ReadonlyMap<FieldBinding, ListCheck>,
): string {
  const chart = recipe.chart.name;
  if (fields.length === 0 && conditions.length === 0) return escapeTemplate(resource.text);
  const groups = groupBy(fields, ({ place }) => place.path.join('\0'));
  const edited = applyEdits(
    resource.text,
    [...groups.values()].map((group) => lift(group, chart, checks)),
  );
  const text = each === undefined ? edited : forEach(each, edited, chart);
  const preset = fields.some(({ entry }) => readsAny(entry, recipe, open))
    ? `{{- include "${chart}.presets" . -}}\n`
    : '';
  const tests = conditions.map((path) => `.Values.${path}`);
  if (tests.length === 0) return preset + text;
  return `${preset}{{- if ${tests.length === 1 ? tests.join('') : `and ${tests.join(' ')}`} }}\n${text}{{- end }}\n`;
}

/** One document for each element; `with $` gives the template its root back as the dot. */
function forEach(entry: EachEntry, text: string, chart: string): string {
  const { path } = entry;
  const keys = identityKeys(entry).map((key) => `"${key}"`);
  const unique = `{{- include "${chart}.unique" (dict "at" "${path}" "of" .Values.${path} "keys" (list ${keys.join(' ')})) }}`;
  return `${unique}\n{{- range $item := .Values.${path} }}\n{{- with $ }}\n---\n${text}{{- end }}\n{{- end }}\n`;
}

/** Whether rendering an entry reads a value that presets decide. */
function readsAny(entry: Entry, recipe: Recipe, open: ReadonlySet<string>): boolean {
  if (entry.as === 'checksum') {
    return recipe.entries.some((other) => other.path === entry.of && readsAny(other, recipe, open));
  }
  const paths = [entry.path, ...(entry.as === 'json' ? (entry.derive ?? []).map(({ from }) => from) : [])];
  return paths.some((path) => open.has(path) || [...open].some((other) => other.startsWith(`${path}.`)));
}

function liftsOf({ resource, fields, conditions }: ResourceBindings): readonly Lift[] {
  const name: Pick<Resource, 'kind' | 'name'> = { kind: resource.kind, name: resource.name };
  return [
    ...conditions.map((value) => ({ value, as: 'document' as const, resource: name, field: [] })),
    ...fields.map(({ entry, place }) => ({
      value: entry.path,
      as: entry.as,
      resource: name,
      field: place.path,
    })),
  ];
}

function stylesOf(fields: readonly FieldBinding[]): ReadonlyMap<string, JsonStyle> {
  return new Map(
    fields
      .filter(({ entry }) => entry.as === 'json')
      .map(({ entry, place }) => {
        const text: unknown = place.found ? place.resource.doc.getIn(place.path) : undefined;
        if (typeof text !== 'string') throw new ChartError('BUG', `${entry.path} has no text`);
        return [entry.path, jsonStyle(text)] as const;
      }),
  );
}
