import type { Built } from './built.ts';
import type { Finding } from './check/finding.ts';
import { checkImages, checkPins } from './check/images.ts';
import { checkJsonLayout } from './check/json-layout.ts';
import { prove, type Proof } from './check/prove.ts';
import { checkReferences } from './check/references.ts';
import { ChartError } from './errors.ts';
import type { Helm } from './io/helm.ts';
import type { JsonObject } from './json/json.ts';
import type { Release } from './oracle/context.ts';
import { checkReleaseSize } from './verify/release-size.ts';

/** validate without Helm: recipe, schema, templates and values against each other. */
export function check({ project, manifest, files, schema, faults }: Built): readonly Finding[] {
  return [
    ...faults.map((fault) => ({ severity: 'error' as const, ...fault })),
    ...checkReferences(files, schema),
    ...checkJsonLayout(project.recipe, manifest),
  ];
}

/** What a release needs beyond a chart that is right: every image by its digest. */
export function checkRelease({ project, manifest, model }: Built): readonly Finding[] {
  return [...checkImages(project.recipe, manifest), ...checkPins(model.images)];
}

/**
 * validate with Helm: lint, and the theorem at its fixed points.
 *
 * @param chart the chart on disk, packed or a folder
 */
export async function lintAndProve(built: Built, chart: string, engines: readonly Helm[]): Promise<Proof> {
  const [proof] = await Promise.all([
    proveChart(built, chart, engines),
    ...engines.map((helm) => helm.lint(chart)),
  ]);
  return proof;
}

/** The theorem at its fixed points alone, as in {@link lintAndProve}. */
export function proveChart(built: Built, chart: string, engines: readonly Helm[]): Promise<Proof> {
  const { manifest, model, files } = built;
  const renderers = engines.map((helm) => ({
    name: `helm ${helm.version}`,
    render: (values: JsonObject, release: Release) => helm.template(chart, release, values),
  }));
  return prove({ recipe: built.project.recipe, manifest, model, files }, renderers);
}

/**
 * validate with Helm: the size of a release, which not everything that renders has.
 *
 * @param chart the packed chart on disk
 */
export async function measureRelease(
  { project }: Built,
  chart: string,
  engines: readonly Helm[],
): Promise<readonly Finding[]> {
  const release = { name: project.recipe.chart.name, namespace: 'default' };
  const newer = engines.filter(({ major }) => major > 3);
  const found = newer.map(async (helm) => checkReleaseSize(await helm.install(chart, release)));
  return (await Promise.all(found)).flat();
}

/** Throws CHART_FINDINGS with every error among the findings; nothing when there is none. */
export function refuseFindings(findings: readonly Finding[]): void {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const lines = errors.map(({ rule, place, message, hint }) => `${place}: ${message} [${rule}]\n    ${hint}`);
  throw new ChartError('CHART_FINDINGS', lines.join('\n  '));
}
