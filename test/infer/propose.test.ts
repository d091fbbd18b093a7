import { describe, expect, test } from 'vitest';
import { ChartError } from '../../scripts/errors.ts';
import { infer } from '../../scripts/infer/infer.ts';
import { propose, withEntries, type Proposed } from '../../scripts/infer/propose.ts';
import { recipeText } from '../../scripts/infer/recipe-text.ts';
import { canonicalText } from '../../scripts/manifest/canonical.ts';
import type { Manifest } from '../../scripts/manifest/manifest.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { parseRecipe } from '../../scripts/recipe/load.ts';
import { lockOf } from '../chart/small-chart.ts';
import { someManifests } from '../helpers/real-manifests.ts';

const ALL: { readonly select: readonly string[]; readonly skip: readonly string[] } = {
  select: [],
  skip: [],
};
const REAL = someManifests().filter(({ text }) => text.length < 8_000);

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: { name: a }
spec:
  replicas: 2
  selector: { matchLabels: { app: a } }
  template:
    metadata: { labels: { app: a } }
    spec: { containers: [{ name: a, image: 'r.test/a:1' }, { name: b, image: 'r.test/b:1' }] }
`;
const CHART = `upstream: { version: v1, url: 'https://upstream.test/x.yaml' }
chart: { name: c, version: 1.0.0, appVersion: '1', description: A chart., license: MIT }
`;

function snapshot(text: string): Manifest {
  return parseManifest(canonicalText(parseManifest(text, 'm.yaml')), 'm.yaml');
}

function proposed(manifest: Manifest, recipe: string, options: Partial<typeof ALL> = {}): Proposed {
  return propose(
    { recipe: parseRecipe(recipe, 'recipe.yaml'), manifest, lock: lockOf() },
    { ...ALL, ...options },
  );
}

function pathsOf(recipe: string): readonly string[] {
  return parseRecipe(recipe, 'recipe.yaml').entries.map(({ path }) => path);
}

describe.each(REAL)('of $name', ({ text }) => {
  const manifest = snapshot(text);
  const whole = recipeText(infer(manifest, { fallback: 'chart', source: { url: 'https://u.test/m.yaml' } }));

  test('the recipe that init writes lacks nothing', () => {
    expect(proposed(manifest, whole)).toEqual({ drafts: [], left: [] });
  });

  test('what init was told to skip is proposed, and the recipe then has all', () => {
    const some = recipeText(
      infer(manifest, {
        fallback: 'chart',
        source: { url: 'https://u.test/m.yaml' },
        skip: ['resources', 'scheduling', 'podMetadata', 'commonLabels'],
      }),
    );
    const { drafts } = proposed(manifest, some);
    const after = withEntries(some, 'recipe.yaml', drafts);
    expect(pathsOf(after).toSorted()).toEqual(pathsOf(whole).toSorted());
  });
});

const OWN = `${CHART}
values:
    # Ours.
    -   path: 'count' # not replicas
        select: { kind: Deployment }
        fieldPaths: [spec.replicas]
    -   path: label
        place: drop
        default: ''
        select: { kind: Deployment }
        fieldPaths: ["spec.template.spec.hostname"]
        create: true   # the last
# What is below is not of upstream.
additions: []
`;

test('what a person wrote stays as it is, byte for byte', () => {
  const { drafts } = proposed(snapshot(DEPLOYMENT), OWN, { select: ['replicas', 'resources'] });
  expect(drafts.map(({ path }) => path)).toEqual(['resources', 'b.resources']);
  const after = withEntries(OWN, 'recipe.yaml', drafts);
  const start = after.indexOf('\n    # Deployment a');
  const [head, tail] = [after.slice(0, start), OWN.slice(start)];
  expect([OWN.startsWith(head), after.endsWith(tail)]).toEqual([true, true]);
  expect(head).toMatch(/# the last\n$/);
  expect(tail).toMatch(/^# What is below/);
  expect(pathsOf(after)).toEqual(['count', 'label', 'resources', 'b.resources']);
});

test('a field that an entry feeds under another name is not proposed, one of several is told', () => {
  const own = `${CHART}values:
  - path: main
    form: image
    select: { kind: Deployment }
    fieldPaths: ['spec.template.spec.containers.[name=a].image']
  - path: pull
    place: drop
    default: ''
    select: { kind: Deployment }
    fieldPaths: ['spec.template.spec.containers.[name=a].imagePullPolicy']
    create: true
`;
  const same = DEPLOYMENT.replace('r.test/b:1', 'r.test/a:1');
  const { drafts, left } = proposed(snapshot(same), own, { select: ['image', 'pullPolicy'] });
  expect(drafts).toEqual([]);
  expect(left.map(({ what, why }) => [what, why])).toEqual([
    ['image', 'another entry feeds some of its fields'],
    ['image.pullPolicy', 'another entry feeds some of its fields'],
  ]);
});

test.each([
  ['no list', ''],
  ['an empty one', 'values: []\n'],
  ['one on a line', 'values: [{ path: count, select: { kind: Deployment }, fieldPaths: [spec.replicas] }]\n'],
])('a recipe whose values are %s is for a person', (_, values) => {
  const text = CHART + values;
  const { drafts } = infer(snapshot(DEPLOYMENT), { fallback: 'c', source: { url: 'https://u.test/m.yaml' } });
  expect(() => withEntries(text, 'recipe.yaml', drafts)).toThrow(ChartError);
  expect(withEntries(text, 'recipe.yaml', [])).toBe(text);
});
