import { stringify } from 'yaml';
import type { Entry, Recipe } from '../recipe/types.ts';
import { isMapEntry } from '../recipe/types.ts';
import { helperName } from '../templatize/expression.ts';
import { YAML_STYLE } from './values-yaml.ts';
import type { ChartModel } from '../templatize/model.ts';

/**
 * The data of _helpers.tpl.hbs: only the named templates that the recipe's entries
 * use are written.
 */
export function helpersData(recipe: Recipe, model: ChartModel): Readonly<Record<string, unknown>> {
  const chart = recipe.chart.name;
  const named = <E extends Entry>(entry: E) => ({ ...entry, name: helperName(chart, entry.path) });
  const only = <K extends Entry['as']>(as: K) =>
    recipe.entries.filter((entry): entry is Extract<Entry, { as: K }> => entry.as === as).map(named);
  return {
    chart,
    namespaces: only('namespace'),
    hasImages: only('image').length > 0,
    labels: only('labels'),
    entries: only('entries').map((entry) => ({
      ...entry,
      unlessServed: entry.unlessServed ?? '',
      lines: entryLines(entry.entries),
    })),
    checksums: only('checksum').map((entry) => ({ ...entry, ofName: helperName(chart, entry.of) })),
    jsons: only('json').map((entry) => ({
      ...entry,
      derive: (entry.derive ?? []).map(({ key, from, unless = '' }) => ({
        key,
        from,
        unless: String(unless ?? ''),
      })),
      ...model.jsonStyles.get(entry.path),
    })),
    presets: model.presets && {
      path: model.presets.path,
      default: model.presets.default,
      table: stringify(model.presets.options, YAML_STYLE).trimEnd(),
    },
    checks: model.checks,
    hasJson: only('json').length > 0 || only('each').length > 0,
    hasLists: only('each').length > 0 || only('append').some(({ unique }) => unique !== undefined),
    hasReferences: only('append').some(({ refers }) => refers !== undefined),
    hasMerges: recipe.entries.some(isMapEntry),
    hasResources: only('resources').length > 0,
  };
}

/** YAML lines of fixed keys, with what the release alone knows as Go template text. */
function entryLines(entries: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(entries).map(([key, value]) => {
    const text = JSON.stringify(value)
      .replaceAll('{release.name}', '{{ .Release.Name }}')
      .replaceAll('{release.namespace}', '{{ .Release.Namespace }}');
    return `${JSON.stringify(key)}: ${text}`;
  });
}
