import type { ImageEntry } from '../recipe/entry.ts';
import type { Recipe } from '../recipe/types.ts';
import { trimEnd } from '../manifest/trim-end.ts';
import { omissionsOf } from '../recipe/omissions.ts';
import { anyPath, escapeTemplate, goString, helperName, valuePath } from './go-template.ts';
import type { ImageValue } from './image.ts';
import type { ChartModel } from './model.ts';
import type { NamedTemplate } from './named.ts';
import { getPath, isObject } from '../json/tree.ts';
import { writeYaml } from '../manifest/write-yaml.ts';

/**
 * The data of _helpers.tpl.hbs: only the named templates that the recipe's entries
 * use are written.
 */
export function helpersData(recipe: Recipe, model: ChartModel): Readonly<Record<string, unknown>> {
  const chart = recipe.chart.name;
  const images = recipe.entries.filter((entry) => entry.form === 'image');
  const all = [
    ...model.templates.map(({ text }) => text),
    ...[...model.named, ...model.checks].flatMap(({ lines }) => lines),
  ];
  const uses = (name: string): boolean => all.some((text) => text.includes(`include "${chart}.${name}" `));
  const omissions = omissionsOf(recipe);
  return {
    chart,
    prepares: omissions.length > 0 || model.presets !== undefined,
    omissions: omissions.map(({ path, keys = [] }) => ({
      // What presets decide is open in the defaults, and with it perhaps the map around.
      from: path === '' ? '.Values' : isThere(model, path) ? valuePath(path) : anyPath(path),
      keys: keys.map(goString).join(' '),
    })),
    namespaces: model.named.filter(({ form }) => form === 'namespace').map(shown),
    named: model.named.filter(({ form }) => form !== 'namespace').map(shown),
    pinnedImages: images.map((entry) => ({
      ...pinOf(entry, model),
      path: entry.path,
      name: helperName(chart, entry.path),
      registries: (entry.registries ?? []).join(', '),
      registry: registryExpression(entry),
    })),
    presets: model.presets && {
      path: model.presets.path,
      default: model.presets.default,
      table: escapeTemplate(trimEnd(writeYaml(model.presets.options))),
    },
    checks: model.checks,
    hasJson: uses('json'),
    hasMerges: uses('merge'),
    hasResources: uses('resources'),
    hasLists: uses('unique'),
    hasReferences: uses('known'),
  };
}

/** Whether the defaults have the map that a path ends in. */
function isThere({ defaults }: ChartModel, path: string): boolean {
  const parent = path.slice(0, Math.max(path.lastIndexOf('.'), 0));
  return parent === '' || isObject(getPath(defaults, parent));
}

/** As the source shows it: without what it is for where the form does not say it. */
function shown({ name, about = '', lines }: NamedTemplate): Readonly<Record<string, unknown>> {
  return { name, about, lines };
}

/** Tag and digest of the chart's own image. */
function pinOf({ path }: ImageEntry, { defaults }: ChartModel): Pick<ImageValue, 'tag' | 'digest'> {
  const { tag = '', digest = '' } = (getPath(defaults, path) ?? {}) as Partial<ImageValue>;
  return { tag, digest };
}

/** The first registry that is set: of the values that the entry names, then of its own. */
function registryExpression({ path, registries = [] }: ImageEntry): string {
  const own = `.Values.${path}.registry`;
  return registries.length === 0 ? own : `(coalesce ${registries.map(anyPath).join(' ')} ${own})`;
}
