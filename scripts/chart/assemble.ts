import { ChartError } from '../errors.ts';
import type { JsonObject } from '../json/json.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { plainJson } from '../json/plain-json.ts';
import type { Lock } from '../recipe/lock.ts';
import type { Recipe } from '../recipe/types.ts';
import { chartAnnotations } from './annotations.ts';
import type { ChartModel } from './model.ts';
import { fillIn } from '../json/tree.ts';
import { selfContainedSchema, SCHEMA_FILE } from './schema/self-contained.ts';
import { chartYaml } from './chart-yaml.ts';
import { ciFiles } from './ci-values.ts';
import { renderHandlebars } from './handlebars.ts';
import { helpersData } from './helpers-tpl.ts';
import { withDefaults } from './schema/defaults.ts';
import { withPresetNames } from './schema/preset-names.ts';
import { schemaTree, type SchemaNode } from './schema/node.ts';
import type { OverlayFault } from './schema/overlay.ts';
import { valuesSchema } from './schema/values-schema.ts';
import { valueRows } from './values-table.ts';
import { valuesYaml } from './values-yaml.ts';
import { writeYaml } from '../manifest/write-yaml.ts';

/** A chart's files: path below the chart's folder → text, sorted by path. */
export type ChartFiles = ReadonlyMap<string, string>;

/** What assemble needs beside the model. */
export interface AssembleInput {
  readonly recipe: Recipe;
  readonly lock: Lock;
  readonly manifest: Manifest;
  readonly model: ChartModel;
  /** Files of the project by relative path: values.schema.json, templates/**, CHANGELOG.md. */
  readonly files: ReadonlyMap<string, string>;
  /** The toolkit's own Handlebars sources, which the project's of the same name replace. */
  readonly builtins: ReadonlyMap<string, string>;
}

/** A chart and its schema as documentation and checks read it. */
export interface Assembled {
  readonly files: ChartFiles;
  readonly schema: SchemaNode;
  /** What is wrong with the project's overlay of the schema. */
  readonly faults: readonly OverlayFault[];
}

/** Where the proof finds the values that render upstream's own manifest. */
export const UPSTREAM_VALUES = 'ci/upstream-values.yaml';

/**
 * Makes every file of the chart.
 *
 * @throws SCHEMA_INVALID, TEMPLATE_INVALID, CHANGELOG_*, PARSE_*
 */
export async function assemble(input: AssembleInput): Promise<Assembled> {
  const { recipe, model } = input;
  const overlay = await selfContainedSchema(input.files);
  const { schema, faults } = valuesSchema(recipe, model.values, overlay);
  const tree = withPresetNames(schemaTree(schema), recipe.presets);
  const unset = model.presets?.options[model.presets.default] ?? {};
  const documented = fillIn(model.defaults, unset);
  const files = new Map<string, string>([
    [
      'Chart.yaml',
      chartYaml(
        recipe.chart,
        chartAnnotations({ ...input, changelog: input.files.get('CHANGELOG.md') ?? '' }),
      ),
    ],
    ['values.yaml', valuesYaml(model.defaults, unset, tree, model.departures)],
    [SCHEMA_FILE, json(withDefaults(schema, documented))],
    [UPSTREAM_VALUES, upstreamValues(model.upstreamValues)],
    ...model.templates.map(({ file, text }) => [`templates/${file}`, text] as const),
    ...model.crds.map(({ file, text }) => [`crds/${file}`, text] as const),
    ...ciFiles(input.files),
    ...renderedSources(input, tree, documented),
  ]);
  return { files: new Map([...files].toSorted(([a], [b]) => (a < b ? -1 : 1))), schema: tree, faults };
}

function json(value: JsonObject): string {
  return `${plainJson(value, 2)}\n`;
}

function upstreamValues(values: JsonObject): string {
  return `# The values with which the chart renders exactly what upstream's manifest has.\n${writeYaml(values)}`;
}

/** Every Handlebars source: README.md at the chart's root, the rest below templates/. */
function renderedSources(
  input: AssembleInput,
  tree: SchemaNode,
  documented: JsonObject,
): readonly (readonly [string, string])[] {
  const own = [...input.files].flatMap(([path, text]) =>
    /^templates\/[^/]+\.hbs$/.test(path) ? [[path.slice('templates/'.length), text] as const] : [],
  );
  const data = templateData(input, tree, documented);
  const fromManifest = new Set(input.model.templates.map(({ file }) => `templates/${file}`));
  return [...new Map([...input.builtins, ...own])].map(([name, source]) => {
    const file = name.replace(/\.hbs$/, '');
    const path = file === 'README.md' ? file : `templates/${file}`;
    if (fromManifest.has(path)) {
      throw new ChartError(
        'TEMPLATE_INVALID',
        `templates/${name} would replace ${path}, which is made from the manifest`,
      );
    }
    return [path, renderHandlebars(source, `templates/${name}`, data)] as const;
  });
}

function templateData(
  input: AssembleInput,
  tree: SchemaNode,
  documented: JsonObject,
): Readonly<Record<string, unknown>> {
  const { recipe, lock } = input;
  return {
    ...helpersData(recipe, input.model),
    identity: recipe.chart,
    upstream: { version: lock.version, url: lock.url, sha256: lock.sha256 },
    departures: input.model.departures.map((departure) => ({
      ...departure,
      upstream: JSON.stringify(departure.upstream),
      chart: JSON.stringify(departure.chart),
    })),
    images: input.model.images,
    crds: input.model.crds.map(({ file }) => file),
    values: valueRows(documented, tree),
  };
}
