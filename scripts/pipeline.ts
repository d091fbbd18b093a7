import { assemble, type ChartFiles } from './assemble/assemble.ts';
import type { SchemaNode } from './assemble/schema-node.ts';
import { ChartError } from './errors.ts';
import { readSnapshot } from './fetch/snapshot.ts';
import type { Helm } from './io/helm.ts';
import { readProject, type Project } from './io/project.ts';
import { canonicalText } from './parse/canonical.ts';
import type { JsonObject, Manifest, Resource } from './parse/manifest.ts';
import { parseManifest } from './parse/parse.ts';
import type { Lock } from './recipe/lock.ts';
import type { Recipe } from './recipe/types.ts';
import type { ChartModel } from './templatize/model.ts';
import { templatize } from './templatize/templatize.ts';
import { checkCoverage, checkMergeKeys } from './validate/coverage.ts';
import type { Finding } from './validate/finding.ts';
import { checkImages } from './validate/images.ts';
import { checkJsonLayout } from './validate/json-layout.ts';
import type { Release } from './validate/apply.ts';
import { prove, type Proof } from './validate/prove.ts';
import { checkReferences } from './validate/references.ts';

/** A project and all that its chart is made of. */
export interface Built {
  readonly project: Project;
  readonly lock: Lock;
  readonly manifest: Manifest;
  readonly model: ChartModel;
  readonly files: ChartFiles;
  readonly schema: SchemaNode;
}

/**
 * fetch (the vendored snapshot) → parse → templatize → assemble: reads the project,
 * writes nothing, asks no network.
 */
export async function build(root: string): Promise<Built> {
  const [project, { manifest, lock }] = await Promise.all([readProject(root), readSnapshot(root)]);
  refuseOtherVersion(project.recipe, lock);
  return generate(project, manifest, lock);
}

/** templatize → assemble: a project's chart of upstream's manifest and of its own objects. */
export async function generate(project: Project, upstream: Manifest, lock: Lock): Promise<Built> {
  const manifest = withObjects(upstream, project.files);
  const model = templatize(manifest, project.recipe, lock);
  const { recipe, files, builtins } = project;
  const assembled = await assemble({ recipe, lock, manifest, model, files, builtins });
  return { project, lock, manifest, model, ...assembled };
}

/** The manifest with the project's own objects (templates/objects/*.yaml) behind upstream's. */
export function withObjects(upstream: Manifest, files: ReadonlyMap<string, string>): Manifest {
  const added = [...files]
    .filter(([path]) => path.startsWith('templates/objects/'))
    .flatMap(([path, text]) => ownObjects(text, path));
  return { ...upstream, resources: [...upstream.resources, ...added] };
}

/** In canonical form, which templates are made of; with the lines that a person sees in the file. */
function ownObjects(text: string, path: string): readonly Resource[] {
  const written = parseManifest(text, path);
  const canonical = parseManifest(canonicalText(written), path).resources;
  return canonical.map((resource, i) => ({
    ...resource,
    line: written.resources[i]?.line ?? resource.line,
    added: true,
  }));
}

function refuseOtherVersion({ upstream }: Recipe, lock: Lock): void {
  if (upstream.version === lock.version) return;
  throw new ChartError(
    'FETCH_UNPINNED',
    `recipe.yaml names upstream ${upstream.version}, the vendored snapshot is ${lock.version}`,
  );
}

/** validate without Helm: recipe, schema, templates and values against each other. */
export function check({ project, manifest, files, schema }: Built): readonly Finding[] {
  const bundled = JSON.parse(files.get('values.schema.json') ?? '{}') as JsonObject;
  return [
    ...checkCoverage(project.recipe, schema),
    ...checkMergeKeys(project.recipe, manifest, bundled),
    ...checkReferences(files, schema),
    ...checkImages(project.recipe, manifest),
    ...checkJsonLayout(project.recipe, manifest),
  ];
}

/**
 * validate with Helm: lint, and the theorem at its fixed points.
 *
 * @param directory where the chart's files are on disk
 */
export async function lintAndProve(
  built: Built,
  directory: string,
  engines: readonly Helm[],
): Promise<Proof> {
  const { manifest, model, files } = built;
  const renderers = engines.map((helm) => ({
    name: `helm ${helm.version}`,
    render: (values: JsonObject, release: Release) => helm.template(directory, release, values),
  }));
  const [proof] = await Promise.all([
    prove({ recipe: built.project.recipe, manifest, model, files }, renderers),
    ...engines.map((helm) => helm.lint(directory)),
  ]);
  return proof;
}

/** Throws CHART_FINDINGS with every error among the findings; nothing when there is none. */
export function refuseFindings(findings: readonly Finding[]): void {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const lines = errors.map(({ rule, place, message, hint }) => `${place}: ${message} [${rule}]\n    ${hint}`);
  throw new ChartError('CHART_FINDINGS', lines.join('\n  '));
}
