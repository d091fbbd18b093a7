import { ChartError } from '../errors.ts';
import { parseChangelog } from './changelog.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { isObject, objectsIn } from '../json/tree.ts';
import type { ChartModel } from './model.ts';
import type { ChartIdentity, Recipe } from '../recipe/types.ts';
import { writeYaml } from '../manifest/write-yaml.ts';

/** What the annotations of Chart.yaml are made of. */
export interface AnnotationInput {
  readonly recipe: Recipe;
  readonly manifest: Manifest;
  readonly model: ChartModel;
  /** Text of CHANGELOG.md. */
  readonly changelog: string;
}

/**
 * Annotations of Chart.yaml: the recipe's own and Artifact Hub's, whose values are YAML in
 * a string. Source: Artifact Hub, docs/helm_annotations.md.
 *
 * @throws CHANGELOG_INVALID when the changelog has no entry for the chart's version
 */
export function chartAnnotations(input: AnnotationInput): Readonly<Record<string, string>> {
  const { chart } = input.recipe;
  return {
    ...chart.annotations,
    ...hub('changes', changes(chart, input.changelog)),
    ...hub('crds', crds(input.manifest)),
    ...hub('images', images(input.model)),
    ...hub('license', chart.license),
    ...hub('links', chart.links ?? []),
    ...(chart.version.includes('-') ? hub('prerelease', 'true') : {}),
  };
}

function hub(name: string, value: string | readonly unknown[]): Readonly<Record<string, string>> {
  if (value.length === 0) return {};
  return { [`artifacthub.io/${name}`]: typeof value === 'string' ? value : writeYaml(value) };
}

function changes(chart: ChartIdentity, changelog: string): readonly unknown[] {
  const release = parseChangelog(changelog, 'CHANGELOG.md').find(({ version }) => version === chart.version);
  if (release !== undefined) return release.changes;
  throw new ChartError(
    'CHANGELOG_INVALID',
    `CHANGELOG.md has no entry "## [${chart.version}] - YYYY-MM-DD" for the chart's version`,
    {
      hint: 'Write what this version changes, in the form of Keep a Changelog.',
    },
  );
}

/** Artifact Hub's form of the manifest's CustomResourceDefinitions. */
function crds(manifest: Manifest): readonly unknown[] {
  return manifest.resources
    .filter(({ kind }) => kind === 'CustomResourceDefinition')
    .flatMap(({ name, object }) => {
      const spec = isObject(object['spec']) ? object['spec'] : {};
      const names = isObject(spec['names']) ? spec['names'] : {};
      return objectsIn(spec['versions']).map((version) => ({
        kind: names['kind'],
        version: version['name'],
        name,
        displayName: names['kind'],
        description: describe(version, name),
      }));
    });
}

function describe(version: Readonly<Record<string, unknown>>, name: string): unknown {
  const schema = isObject(version['schema']) ? version['schema'] : {};
  const root = isObject(schema['openAPIV3Schema']) ? schema['openAPIV3Schema'] : {};
  return root['description'] ?? name;
}

function images(model: ChartModel): readonly unknown[] {
  return model.images.map(({ value, reference, platforms }) => ({
    name: value,
    image: reference,
    ...(platforms.length > 0 && { platforms }),
  }));
}
