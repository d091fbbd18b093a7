import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeChart } from '../../scripts/io/chart-dir.ts';
import { testEngines } from '../../scripts/io/helm-engines.ts';
import { canonicalText } from '../../scripts/parse/canonical.ts';
import type { Manifest } from '../../scripts/parse/manifest.ts';
import { parseManifest } from '../../scripts/parse/parse.ts';
import { generate, type Built } from '../../scripts/pipeline.ts';
import { compareObjects, showDifference } from '../../scripts/validate/compare.ts';
import { lockOf, recipeOf } from '../templatize/small-chart.ts';
import { thisProject } from '../helpers/this-project.ts';
import { HAS_UPSTREAM_FILES, upstreamFiles } from '../helpers/upstream-files.ts';

/** Entries that every manifest has fields for; with the defaults they change nothing. */
function recipe(namespace: string): string {
  const labels = 'fieldPaths: [metadata.labels], options: { create: true }';
  return `values:
  - path: namespaceOverride
    as: namespace
    targets: [{ select: { namespace: ${namespace} }, fieldPaths: [metadata.namespace] }]
  - path: serviceAccount.create
    as: document
    targets: [{ select: { kind: ServiceAccount } }]
  - path: rules
    as: yaml
    targets: [{ select: { kind: ClusterRole, name: NAME }, fieldPaths: [rules] }]
  - path: commonLabels
    as: merge
    targets: [{ select: {}, ${labels} }]
  - path: keep
    as: entries
    default: false
    entries: { helm.sh/resource-policy: keep }
    targets: [{ select: {}, fieldPaths: [metadata.annotations], options: { create: true } }]
`;
}

const described = (type: string): object => ({ type, description: 'x' });

const SCHEMA = {
  type: 'object',
  properties: {
    namespaceOverride: described('string'),
    serviceAccount: { ...described('object'), properties: { create: described('boolean') } },
    rules: described('array'),
    commonLabels: described('object'),
    keep: described('boolean'),
  },
};

/** The chart of a manifest that nobody wrote a recipe for. */
async function chartOf(manifest: Manifest): Promise<Built> {
  const { project } = await thisProject();
  const namespace = manifest.resources.find((resource) => resource.namespace !== undefined)?.namespace ?? '';
  const role = manifest.resources.find(({ kind }) => kind === 'ClusterRole')?.name ?? '';
  const own = { ...project, recipe: recipeOf(recipe(namespace).replace('NAME', `'${role}'`)) };
  const files = new Map([
    ['values.schema.json', JSON.stringify(SCHEMA)],
    ['CHANGELOG.md', '# Changelog\n\n## [1.0.0] - 2026-01-01\n\n### Added\n\n- All.\n'],
  ]);
  return generate({ ...own, files }, manifest, lockOf());
}

describe.skipIf(!HAS_UPSTREAM_FILES)('a real manifest (skipped without ../shared)', () => {
  test.each(upstreamFiles())('$name comes out of its chart as it went in', async ({ name, text }) => {
    const manifest = parseManifest(canonicalText(parseManifest(text, name)), name);
    const { files, model } = await chartOf(manifest);
    const lifted = new Set(model.lifts.map(({ value }) => value));
    expect(lifted.size).toBe(5);
    const helm = (await testEngines()).at(-1);
    const folder = await mkdtemp(join(tmpdir(), 'corpus-'));
    try {
      await writeChart(join(folder, 'c'), files);
      const rendered = (await helm?.template(join(folder, 'c'), { name: 'c', namespace: 'other' }, {})) ?? '';
      const objects = parseManifest(rendered, 'helm').resources.map(({ object }) => object);
      const wanted = parseManifest(text, name).resources.map(({ object }) => object);
      expect(objects).toHaveLength(wanted.length);
      expect(compareObjects(objects, wanted).map(showDifference)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
