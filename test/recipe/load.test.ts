import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parseRecipe } from '../../scripts/recipe/load.ts';
import recipeSchema from '../../scripts/recipe/recipe.schema.json' with { type: 'json' };
import { refusal } from '../templatize/small-chart.ts';

test('the schema of recipes is a JSON Schema, which parseRecipe takes for granted', () => {
  const ajv = new Ajv({ strict: true, strictRequired: false, strictTypes: false });
  expect(ajv.validateSchema(recipeSchema), JSON.stringify(ajv.errors)).toBe(true);
});

/** Seven lines, then the entries. */
const RECIPE = `upstream:
  version: v1
  url: https://upstream.test/x.yaml
chart: { name: c, version: 1.0.0, appVersion: '1', description: A chart., license: MIT }
images:
  image: { tag: v1, reason: it moves }
values:
`;

const TARGETS = "targets: [{ select: { kind: A }, fieldPaths: ['a'] }]";

describe('a recipe', () => {
  test('gives its entries in order, additions last, each with its line', () => {
    const text = `${RECIPE}  - { path: a, as: scalar, ${TARGETS} }\n\n  - path: b\n    as: yaml\n    ${TARGETS}\nadditions:\n  - { path: c, as: merge, ${TARGETS} }\n`;
    const { entries, images, mirror } = parseRecipe(text, 'r.yaml');
    expect(entries.map(({ path, as, at }) => `${path} ${as} ${at ?? ''}`)).toEqual([
      'a scalar r.yaml:8',
      'b yaml r.yaml:10',
      'c merge r.yaml:14',
    ]);
    expect([Object.keys(images), mirror]).toEqual([['image'], undefined]);
  });

  test('keeps the mirror apart from the pins', () => {
    const text = RECIPE.replace('images:\n', 'images:\n  mirror: oci://r.test/own\n');
    const { images, mirror } = parseRecipe(`${text}  []\n`, 'r.yaml');
    expect([Object.keys(images), mirror]).toEqual([['image'], 'oci://r.test/own']);
  });
});

describe('a recipe that is not one is refused with line and field', () => {
  test.each([
    ['a syntax error', 'values: [', 'r.yaml: '],
    ['nothing', '', 'r.yaml:1: recipe must be object'],
    ['no values', RECIPE.replace('values:\n', ''), "r.yaml:1: recipe must have required property 'values'"],
    ['an unknown key', `${RECIPE}  []\nvalue: []\n`, 'must NOT have additional properties ("value")'],
    [
      'an unknown key of an entry',
      `${RECIPE}  - { path: a, as: scalar, ${TARGETS} }\n  - { path: b, as: scalar, defalt: 1, ${TARGETS} }\n`,
      'r.yaml:9: values.1 must NOT have additional properties ("defalt")',
    ],
    [
      'an unknown kind of entry',
      `${RECIPE}  - path: a\n    as: text\n    ${TARGETS}\n`,
      'r.yaml:9: values.0.as must be equal to one of the allowed values (["scalar",',
    ],
    [
      'a path that is none of values.yaml',
      `${RECIPE}  - { path: a-b, as: scalar, ${TARGETS} }\n`,
      'r.yaml:8: values.0.path must match pattern',
    ],
    [
      'an entry without targets',
      `${RECIPE}  - { path: a, as: scalar }\n`,
      "r.yaml:8: values.0 must have required property 'targets'",
    ],
    [
      'targets without fields',
      `${RECIPE}  - path: a\n    as: scalar\n    targets:\n      - select: {}\n`,
      "r.yaml:11: values.0.targets.0 must have required property 'fieldPaths'",
    ],
    [
      'fields of a whole document',
      `${RECIPE}  - { path: a, as: document, ${TARGETS} }\n`,
      'r.yaml:8: values.0.targets.0.fieldPaths does not go with this kind of entry',
    ],
    [
      'an option of another kind',
      `${RECIPE}  - { path: a, as: scalar, token: '{a}', ${TARGETS} }\n`,
      'r.yaml:8: values.0.token does not go with this kind of entry',
    ],
    [
      'an unknown field of a select',
      `${RECIPE}  - { path: a, as: scalar, targets: [{ select: { kid: A }, fieldPaths: [a] }] }\n`,
      'r.yaml:8: values.0.targets.0.select must NOT have additional properties ("kid")',
    ],
    [
      'a pin without reason',
      `${RECIPE.replace(', reason: it moves', '')}  []\n`,
      "r.yaml:6: images.image must have required property 'reason'",
    ],
    [
      'a digest that is none',
      `${RECIPE.replace('tag: v1', 'tag: v1, digest: sha256:00')}  []\n`,
      'r.yaml:6: images.image.digest must match pattern',
    ],
    [
      'a version with build metadata',
      `${RECIPE.replace('version: 1.0.0', 'version: 1.0.0+1')}  []\n`,
      'r.yaml:4: chart.version must match pattern',
    ],
    [
      'two entries of one value',
      `${RECIPE}  - { path: a, as: scalar, ${TARGETS} }\n  - { path: a, as: yaml, ${TARGETS} }\n`,
      'r.yaml:9: an entry binds the value a already (r.yaml:8); write one entry with both targets',
    ],
  ])('%s', (_, text, message) => {
    const told = refusal(() => parseRecipe(text, 'r.yaml'));
    expect(told).toMatch(/^RECIPE_INVALID /);
    expect(told).toContain(message);
  });

  test('with all findings, not the first', () => {
    const bad = `${RECIPE}  - { path: A, as: scalar, ${TARGETS} }\n  - { path: B, as: scalar, ${TARGETS} }\n`;
    expect(refusal(() => parseRecipe(bad, 'r.yaml')).split('\n')).toHaveLength(2);
  });
});
