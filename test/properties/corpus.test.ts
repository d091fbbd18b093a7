import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { isImage } from '../../scripts/chart/image.ts';
import { writeChart } from '../../scripts/io/chart-dir.ts';
import { testEngines } from '../helpers/engines.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { mergeValues } from '../../scripts/json/merge-values.ts';
import { getPath, isObject } from '../../scripts/json/tree.ts';
import { fieldAt } from '../../scripts/kubernetes/field.ts';
import { ajvFindings } from '../helpers/schema-findings.ts';
import { canonicalText } from '../../scripts/manifest/canonical.ts';
import type { Manifest } from '../../scripts/manifest/manifest.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { generate, type Built } from '../../scripts/built.ts';
import { compareObjects, showDifference } from '../../scripts/oracle/compare.ts';
import { lockOf, recipeOf } from '../chart/small-chart.ts';
import { thisProject } from '../helpers/this-project.ts';
import { ownManifests } from '../helpers/real-manifests.ts';

/** Entries that every manifest has fields for; with the defaults they change nothing. */
function smallRecipe(namespace: string | undefined, withAccounts: boolean, role: string | undefined): string {
  const accounts = withAccounts
    ? `  - { path: serviceAccount.create, place: document, select: { kind: ServiceAccount } }\n`
    : '';
  const rules =
    role === undefined
      ? ''
      : `  - { path: rules, form: yaml, select: { kind: ClusterRole, name: '${role}' }, fieldPaths: [rules] }\n`;
  const labels = 'fieldPaths: [metadata.labels], create: true';
  const everywhere =
    namespace === undefined
      ? ''
      : `  - { path: namespaceOverride, form: namespace, select: { namespace: '${namespace}' }, fieldPaths: [metadata.namespace] }\n`;
  return `values:
${everywhere}${accounts}${rules}  - path: commonLabels
    place: merge
    form: yaml
    targets: [{ select: {}, ${labels} }]
  - path: keep
    place: merge
    form: content
    default: false
    content: { helm.sh/resource-policy: keep }
    targets: [{ select: {}, fieldPaths: [metadata.annotations], create: true }]
`;
}

function hasAccounts({ resources }: Manifest): boolean {
  return resources.some(({ kind }) => kind === 'ServiceAccount');
}

function namespaceOf({ resources }: Manifest): string | undefined {
  return resources.find(({ namespace }) => namespace !== undefined)?.namespace;
}

function roleOf({ resources }: Manifest): string | undefined {
  return resources.find(({ kind }) => kind === 'ClusterRole')?.name;
}

/** The chart of a manifest that nobody wrote a recipe for. */
async function chartOf(manifest: Manifest): Promise<Built> {
  const { project } = await thisProject();
  const role = roleOf(manifest);
  const own = {
    ...project,
    recipe: recipeOf(smallRecipe(namespaceOf(manifest), hasAccounts(manifest), role)),
  };
  const files = new Map([
    ['CHANGELOG.md', '# Changelog\n\n## [1.0.0] - 2026-01-01\n\n### Added\n\n- All.\n'],
  ]);
  return generate({ ...own, files }, manifest, lockOf());
}

/** The same with image, resources and a probe of every container lifted. */
async function liftedOf(manifest: Manifest): Promise<Built> {
  const { project } = await thisProject();
  const containers = manifest.resources.flatMap(({ kind, name, namespace, object }) => {
    const list = getPath(object, 'spec.template.spec.containers');
    if (!Array.isArray(list) || fieldAt(String(object['apiVersion']), kind, []) === undefined) return [];
    return list.filter(isObject).map((container, i) => ({ kind, name, namespace, container, i }));
  });
  const entries = containers.map(({ kind, name, namespace, container, i }, n) => {
    const target = { select: { kind, name, ...(namespace !== undefined && { namespace }) } };
    const at = (key: string): JsonObject => ({
      ...target,
      fieldPaths: [`spec.template.spec.containers.${i}.${key}`],
    });
    const field = (key: string, path: string): JsonObject =>
      container[key] === undefined
        ? { path, place: 'drop', form: 'yaml', default: {}, ...at(key), create: true }
        : { path, form: 'yaml', ...at(key) };
    const isLiftable = typeof container['image'] === 'string' && isImage(container['image']);
    return [
      ...(isLiftable ? [{ path: `w${n}.image`, form: 'image', ...at('image') }] : []),
      field('resources', `w${n}.resources`),
      field('livenessProbe', `w${n}.probe`),
    ];
  });
  const paths = entries.flat().flatMap(({ path, form }) => (form === 'image' ? [String(path)] : []));
  const pins = Object.fromEntries(paths.map((path) => [path, { tag: 'v1', reason: 'pinned' }]));
  const image = {
    registry: 'r.test',
    repository: 'a',
    tag: 'v1',
    digest: `sha256:${'0'.repeat(64)}`,
    platforms: [],
  };
  const locked = Object.fromEntries(paths.map((path) => [path, { ...image, source: 'registry' as const }]));
  const recipe = recipeOf(stringify({ images: pins, values: entries.flat() }));
  const files = new Map([
    ['CHANGELOG.md', '# Changelog\n\n## [1.0.0] - 2026-01-01\n\n### Added\n\n- All.\n'],
  ]);
  return generate({ ...project, recipe, files }, manifest, lockOf(locked));
}

describe('a real manifest', () => {
  test.each(ownManifests())(
    '$name comes out of its chart as it went in',
    async ({ name, text }) => {
      const manifest = parseManifest(canonicalText(parseManifest(text, name)), name);
      const { files, model } = await chartOf(manifest);
      const lifted = new Set(model.lifts.map(({ value }) => value));
      expect(lifted.size).toBe(
        2 +
          Number(namespaceOf(manifest) !== undefined) +
          Number(hasAccounts(manifest)) +
          Number(roleOf(manifest) !== undefined),
      );
      const helm = (await testEngines()).at(-1);
      const folder = await mkdtemp(join(tmpdir(), 'corpus-'));
      try {
        await writeChart(join(folder, 'c'), files);
        const rendered =
          (await helm?.template(join(folder, 'c'), { name: 'c', namespace: 'other' }, {})) ?? '';
        const objects = parseManifest(rendered, 'helm').resources.map(({ object }) => object);
        const wanted = parseManifest(text, name).resources.map(({ object }) => object);
        expect(objects).toHaveLength(wanted.length);
        expect(compareObjects(objects, wanted).map(showDifference)).toEqual([]);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
    120_000,
  );

  test.each(ownManifests())(
    '$name has a schema that takes it, without a word of it being written',
    async ({ name, text }) => {
      const manifest = parseManifest(canonicalText(parseManifest(text, name)), name);
      const built = await liftedOf(manifest);
      expect(built.faults).toEqual([]);
      const schema = JSON.parse(built.files.get('values.schema.json') ?? '{}') as JsonObject;
      const judge = ajvFindings(schema);
      const { defaults, upstreamValues } = built.model;
      expect(judge(defaults)).toEqual([]);
      expect(judge(mergeValues(defaults, upstreamValues))).toEqual([]);
      const [first = ''] = Object.keys(defaults);
      const wrong = { [first]: { resources: { limits: { memory: 'much' } }, probe: 'x' } };
      expect(first === '' || judge(mergeValues(defaults, wrong)).length > 0).toBe(true);
      const helm = (await testEngines()).at(-1);
      const folder = await mkdtemp(join(tmpdir(), 'corpus-'));
      try {
        await writeChart(join(folder, 'c'), built.files);
        const linted = helm?.lint(join(folder, 'c'));
        // Its Deployment lacks a selector indeed; the server refuses it.
        if (name === 'metrics-server.yaml') await expect(linted).rejects.toThrow('must contain matchLabels');
        else await linted;
      } finally {
        await rm(folder, { recursive: true });
      }
    },
    120_000,
  );
});
