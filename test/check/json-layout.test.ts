import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { generate } from '../../scripts/built.ts';
import { check } from '../../scripts/validate.ts';
import { checkJsonLayout } from '../../scripts/check/json-layout.ts';
import { smallProject } from '../chart/small-project.ts';
import { thisProject } from '../helpers/this-project.ts';
import { recipeOf } from '../chart/small-chart.ts';

const RECIPE = recipeOf(
  "values:\n  - { path: v, form: json, targets: [{ select: {}, fieldPaths: ['data.a\\.json'] }] }\n",
);

function found(json: string): readonly string[] {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { 'a.json': json } };
  return checkJsonLayout(RECIPE, parseManifest(JSON.stringify(object), 'm.yaml')).map(
    ({ place, message, hint }) => `${place}: ${message}. ${hint}`,
  );
}

describe('JSON that comes out as it went in', () => {
  test.each([
    ['two spaces', '{\n  "b": 1,\n  "a": [\n    1.5,\n    {}\n  ]\n}\n'],
    ['four, without a last line break', '{\n    "b": "x",\n    "a": null\n}'],
    ['a tab', '{\n\t"a": {\n\t\t"b": []\n\t}\n}'],
    ['nothing', '{}'],
    ['the largest exact number', '{\n  "a": 9007199254740991\n}'],
  ])('%s', (_, json) => {
    expect(found(json)).toEqual([]);
  });
});

describe('JSON that does not is refused, with its line and what to do', () => {
  const layout = 'Only JSON with one key or element on each line, evenly indented, comes out as it went in.';
  test.each([
    ['one line', '{"a": 1}', '1', '{"a": 1}', '{', layout],
    ['a list in one line', '{\n  "a": [1]\n}\n', '2', '"a": [1]', '"a": [', layout],
    ['uneven indent', '{\n  "a": {\n      "b": 1\n  }\n}', '3', '"b": 1', '"b": 1', layout],
    ['a blank line', '{\n\n  "a": 1\n}', '2', '', '"a": 1', layout],
    ['no space behind a colon', '{\n  "a":1\n}', '2', '"a":1', '"a": 1', layout],
    [
      'a number beyond 2^53',
      '{\n  "a": 9007199254740993\n}',
      '2',
      '"a": 9007199254740993',
      '"a": 9007199254740992',
      'Helm reads numbers as floats of 53 bits.',
    ],
    [
      'what Go escapes',
      '{\n  "a": "<b>"\n}',
      '2',
      '"a": "<b>"',
      String.raw`"a": "\u003cb\u003e"`,
      'Helm writes <, > and & as escapes.',
    ],
  ])('%s', (_, json, line, upstream, ours, hint) => {
    expect(found(json)).toEqual([
      `Entry v (recipe.yaml:4): ConfigMap/c data.a.json (m.yaml:1) cannot be written back as it stands: line ${line} of the JSON is ${upstream}, the chart would write ${ours}. ${hint} Lift the text as one value by \`form: value\`.`,
    ]);
  });
});

test('the build asks, and finds nothing to say of charts that are proved', async () => {
  const { project, manifest, lock } = await smallProject();
  expect(check(await thisProject())).toEqual([]);
  const text = manifest.resources.map((resource) => resource.text).join('---\n');
  const other = parseManifest(text.replace(/("level": "[a-z]+")/, '  $1'), 'm.yaml');
  const rules = check(await generate(project, other, lock)).map(({ rule }) => rule);
  expect(rules).toEqual(['json/layout']);
});
