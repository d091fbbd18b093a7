import { describe, expect, test } from 'vitest';
import { mergeFiles } from '../../scripts/json/merge-values.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { getPath, setPath, treeOf } from '../../scripts/json/tree.ts';
import { templateNames } from '../../scripts/chart/template-name.ts';
import { apply } from '../../scripts/oracle/apply.ts';
import { mergeValues } from '../../scripts/json/merge-values.ts';
import { renderBare } from '../helpers/bare-chart.ts';
import { chartOf, lockOf, recipeOf, refusal } from './small-chart.ts';
import { smallProject } from './small-project.ts';

/** What every object has by itself; to YAML, JSON and Go they are names like any other. */
const NAMES = ['constructor', 'toString', 'valueOf', 'hasOwnProperty'] as const;

const MANIFEST = `apiVersion: v1
kind: constructor
metadata:
  name: a
  labels: { toString: x }
spec:
${NAMES.map((name) => `  ${name}: r.test/a:v1`).join('\n')}
`;

const RECIPE = `values:
${NAMES.map((name) => `  - { path: ${name}, targets: [{ select: { name: a }, fieldPaths: [spec.${name}] }] }`).join('\n')}
  - { path: labels.valueOf, place: merge, form: yaml, default: {}, targets: [{ select: { name: a }, fieldPaths: [metadata.labels] }] }
`;

describe('names that every object has by itself', () => {
  test('are values and fields like any other, as both Helms and the oracle see them', async () => {
    const model = chartOf(MANIFEST, RECIPE);
    expect(Object.keys(model.defaults)).toEqual([...NAMES, 'labels']);
    const manifest = parseManifest(MANIFEST, 'm.yaml');
    const release = { name: 'c', namespace: 'default' };
    const chart = { recipe: recipeOf(RECIPE), manifest, defaults: model.defaults };
    const expected = apply(chart, {}, release);
    expect(expected).toEqual(manifest.resources.map(({ object }) => object));
    for (const rendered of await renderBare(model)) expect(rendered).toEqual(expected);
  });

  test.each(NAMES)('%s: no image, no preset, no kind of another name has it', (name) => {
    const image = `values:\n  - { path: ${name}, form: image, targets: [{ select: { name: a }, fieldPaths: [spec.${name}] }] }\n`;
    expect(chartOf(MANIFEST, image, lockOf()).departures).toEqual([]);
    const preset = `values: []\npresets: { path: p, default: ${name}, options: { x: {} } }\n`;
    expect(refusal(() => chartOf(MANIFEST, preset))).toContain(
      `presets.default is ${name}, which is none of x`,
    );
    expect(
      templateNames(parseManifest(MANIFEST.replace('kind: constructor', `kind: ${name}`), 'm').resources),
    ).toEqual([`a-${name.toLowerCase()}.yaml`]);
  });

  test('may be members of what is no text, in the place of one', async () => {
    const { project, manifest, model } = await smallProject();
    const own = { image: { tag: { toString: null, valueOf: 'y' } } };
    const chart = { recipe: project.recipe, manifest, defaults: { ...model.defaults, image: {} } };
    const objects = apply(chart, own, { name: 'c', namespace: 'default' });
    expect(JSON.stringify(objects)).toContain(String.raw`{\"toString\":null,\"valueOf\":\"y\"}`);
  });

  test('are in a tree only where somebody put them', () => {
    for (const name of [...NAMES, '__proto__']) {
      expect(getPath({}, name)).toBeUndefined();
      expect(getPath(setPath({}, `${name}.a`, 1), `${name}.a`)).toBe(1);
      expect(getPath(treeOf([[`${name}.a`, 1]]), `${name}.a`)).toBe(1);
    }
  });

  test.each([
    ['the values of a site', mergeFiles],
    ['the values of a user', mergeValues],
  ])('%s keep them', (_, merge) => {
    const own = JSON.parse('{"__proto__": {"a": 1}, "constructor": {"b": 2}}') as JsonObject;
    expect(JSON.stringify(merge({ constructor: { c: 3 } }, own))).toBe(
      '{"constructor":{"c":3,"b":2},"__proto__":{"a":1}}',
    );
  });
});
