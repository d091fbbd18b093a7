import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { chartAnnotations } from '../../scripts/chart/annotations.ts';
import { parseChangelog } from '../../scripts/chart/changelog.ts';
import type { ChartIdentity } from '../../scripts/recipe/types.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';
import { smallProject } from './small-project.ts';

const { project, manifest, model } = await smallProject();
const { chart } = project.recipe;
const CHANGELOG = project.files.get('CHANGELOG.md') ?? '';

/** The annotations of the small chart with another identity or changelog. */
function annotationsOf(
  own: Partial<ChartIdentity> = {},
  changelog = CHANGELOG,
): Readonly<Record<string, string>> {
  const recipe = { ...project.recipe, chart: { ...chart, ...own } };
  return chartAnnotations({ recipe, manifest, model, changelog });
}

/** What Artifact Hub reads in one of its annotations. */
function hub(annotations: Readonly<Record<string, string>>, name: string): unknown {
  const text = annotations[`artifacthub.io/${name}`];
  return text === undefined ? undefined : parse(text);
}

test('the changes are those of the version in the changelog', () => {
  expect(hub(annotationsOf(), 'changes')).toEqual([
    { kind: 'changed', description: 'The limit is 64Mi: what upstream leaves open.' },
    { kind: 'security', description: 'The image is pinned.' },
  ]);
  expect(hub(annotationsOf({ version: '0.1.0' }), 'changes')).toEqual([
    { kind: 'added', description: 'Everything.' },
  ]);
});

test("this chart's changes and links are those of CHANGELOG.md and recipe.yaml", async () => {
  const { project: own, files } = await thisProject();
  const { annotations } = parse(files.get('Chart.yaml') ?? '') as {
    readonly annotations: Readonly<Record<string, string>>;
  };
  const releases = parseChangelog(await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8'), 'CHANGELOG.md');
  const release = releases.find(({ version }) => version === own.recipe.chart.version);
  expect(release?.changes.length).toBeGreaterThan(0);
  expect(hub(annotations, 'changes')).toEqual(release?.changes);
  expect(own.recipe.chart.links?.length).toBeGreaterThan(0);
  expect(hub(annotations, 'links')).toEqual(own.recipe.chart.links);
});

test.each([
  ['lacks the version', '9.9.9', CHANGELOG],
  ['has it only as unreleased', '9.9.9', '## [Unreleased]\n### Added\n- A.\n'],
  ['is empty', '1.0.0', ''],
])('a changelog that %s is refused', (_, version, changelog) => {
  expect(() => annotationsOf({ version }, changelog)).toThrow(
    expect.objectContaining({
      code: 'CHANGELOG_INVALID',
      message: `CHANGELOG.md has no entry "## [${version}] - YYYY-MM-DD" for the chart's version`,
    }) as Error,
  );
});

describe('each annotation', () => {
  test('links', () => {
    expect(hub(annotationsOf(), 'links')).toEqual([{ name: 'Manual', url: 'https://upstream.test/manual' }]);
    expect(annotationsOf({ links: [] })).not.toHaveProperty(['artifacthub.io/links']);
  });

  test('licence', () => {
    expect(annotationsOf()['artifacthub.io/license']).toBe('Apache-2.0');
  });

  test('prerelease, only of one', () => {
    expect(annotationsOf()['artifacthub.io/prerelease']).toBe('true');
    expect(annotationsOf({ version: '0.1.0' })).not.toHaveProperty(['artifacthub.io/prerelease']);
  });

  test('images, with their platforms', () => {
    expect(hub(annotationsOf(), 'images')).toEqual([
      {
        name: 'image',
        image: `registry.test/agents/agent:v1.2@sha256:${'c'.repeat(64)}`,
        platforms: ['linux/amd64', 'linux/arm64'],
      },
    ]);
  });

  test('CRDs, one for each version', () => {
    const net = { kind: 'Net', name: 'nets.agent.test', displayName: 'Net' };
    expect(hub(annotationsOf(), 'crds')).toEqual([
      { ...net, version: 'v1', description: 'A network of the agent.' },
      { ...net, version: 'v1alpha1', description: 'nets.agent.test' },
    ]);
  });

  test('the recipe’s own, which do not replace these', () => {
    const annotations = annotationsOf({
      annotations: { 'z.test/last': 'yes', 'artifacthub.io/license': 'MIT' },
    });
    expect(annotations['z.test/last']).toBe('yes');
    expect(annotations['artifacthub.io/license']).toBe('Apache-2.0');
  });
});
