import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parseRecipe } from '../../scripts/recipe/load.ts';
import recipeSchema from '../../scripts/recipe/recipe.schema.json' with { type: 'json' };
import { refusal } from '../chart/small-chart.ts';

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
    const text = `${RECIPE}  - { path: a, form: value, ${TARGETS} }\n\n  - path: b\n    form: yaml\n    ${TARGETS}\nadditions:\n  - { path: c, place: merge, form: yaml, ${TARGETS} }\n`;
    const { entries, images, mirror } = parseRecipe(text, 'r.yaml');
    expect(entries.map(({ path, place, form, at }) => `${path} ${place} ${form} ${at ?? ''}`)).toEqual([
      'a replace value r.yaml:8',
      'b replace yaml r.yaml:10',
      'c merge yaml r.yaml:14',
    ]);
    expect([Object.keys(images), mirror]).toEqual([['image'], undefined]);
  });

  test('may have a value beside the members of an image, and one whose name begins alike', () => {
    const paths = ['image', 'image.pullPolicy', 'imagePullSecrets'];
    const entries = paths.map(
      (path, i) => `  - { path: ${path}, form: ${i === 0 ? 'image' : 'yaml'}, ${TARGETS} }`,
    );
    expect(parseRecipe(`${RECIPE}${entries.join('\n')}\n`, 'r.yaml').entries.map(({ path }) => path)).toEqual(
      paths,
    );
  });

  test('keeps the mirror apart from the pins', () => {
    const text = RECIPE.replace('images:\n', 'images:\n  mirror: oci://r.test/own\n');
    const { images, mirror } = parseRecipe(`${text}  []\n`, 'r.yaml');
    expect([Object.keys(images), mirror]).toEqual([['image'], 'oci://r.test/own']);
  });
});

describe('a recipe that is not one is refused with line and field', () => {
  test.each([
    ['nothing', '', 'r.yaml:1: recipe must be object'],
    ['no values', RECIPE.replace('values:\n', ''), "r.yaml:1: recipe must have required property 'values'"],
    ['an unknown key', `${RECIPE}  []\nvalue: []\n`, 'must NOT have additional properties ("value")'],
    [
      'an unknown key of an entry',
      `${RECIPE}  - { path: a, form: value, ${TARGETS} }\n  - { path: b, form: value, defalt: 1, ${TARGETS} }\n`,
      'r.yaml:9: values.1 must NOT have additional properties ("defalt")',
    ],
    [
      'an unknown form',
      `${RECIPE}  - path: a\n    form: text\n    ${TARGETS}\n`,
      'r.yaml:9: values.0.form must be equal to one of the allowed values (["value",',
    ],
    [
      'a form where it has no meaning',
      `${RECIPE}  - { path: a, place: merge, form: image, ${TARGETS} }\n`,
      'r.yaml:8: entry a: the form image has no meaning for place: merge; it goes with replace, drop',
    ],
    [
      'a value inside of another',
      `${RECIPE}  - { path: a, form: yaml, ${TARGETS} }\n  - { path: a.b, ${TARGETS} }\n`,
      'r.yaml:9: the value a.b is part of a, which another entry binds (r.yaml:8)',
    ],
    [
      'a name that nothing has',
      `${RECIPE.replace('values:', 'names: { pod: { kind: Pod } }\nvalues:')}  - { path: a, select: pot, fieldPaths: [a] }\n`,
      'r.yaml:9: pot is none of names; the nearest is pod',
    ],
    [
      'a name that begins with itself',
      `${RECIPE.replace('values:', 'names: { pod: { of: pod } }\nvalues:')}  - { path: a, select: pod, fieldPaths: [a] }\n`,
      'r.yaml:9: the name pod begins with itself',
    ],
    [
      'a path that is none of values.yaml',
      `${RECIPE}  - { path: a-b, form: value, ${TARGETS} }\n`,
      'r.yaml:8: values.0.path must match pattern',
    ],
    [
      'an entry without targets',
      `${RECIPE}  - { path: a, form: value }\n`,
      "r.yaml:8: values.0 must have required property 'select'",
    ],
    [
      'targets without fields',
      `${RECIPE}  - path: a\n    form: value\n    targets:\n      - select: {}\n`,
      "r.yaml:11: values.0.targets.0 must have required property 'fieldPaths'",
    ],
    [
      'fields of a whole document',
      `${RECIPE}  - { path: a, place: document, ${TARGETS} }\n`,
      'r.yaml:8: values.0.targets.0.fieldPaths does not go with this kind of entry',
    ],
    [
      'an option of another kind',
      `${RECIPE}  - { path: a, form: value, token: '{a}', ${TARGETS} }\n`,
      'r.yaml:8: values.0.token does not go with this kind of entry',
    ],
    [
      'an unknown field of a select',
      `${RECIPE}  - { path: a, form: value, targets: [{ select: { kid: A }, fieldPaths: [a] }] }\n`,
      'r.yaml:8: values.0.targets.0.select must NOT have additional properties ("kid")',
    ],
    [
      'a pin without tag',
      `${RECIPE.replace('tag: v1, ', '')}  []\n`,
      "r.yaml:6: images.image must have required property 'tag'",
    ],
    [
      'a digest that is none',
      `${RECIPE.replace('tag: v1', 'tag: v1, digest: sha256:00')}  []\n`,
      'r.yaml:6: images.image.digest must match pattern',
    ],
    [
      'a version whose last part is no number to Helm',
      `${RECIPE.replace('version: 1.0.0', 'version: 1.0.0-01')}  []\n`,
      'r.yaml:4: chart.version must match pattern',
    ],
    [
      'a version with build metadata',
      `${RECIPE.replace('version: 1.0.0', 'version: 1.0.0+1')}  []\n`,
      'r.yaml:4: chart.version must match pattern',
    ],
    [
      'two entries of one value',
      `${RECIPE}  - { path: a, form: value, ${TARGETS} }\n  - { path: a, form: yaml, ${TARGETS} }\n`,
      'r.yaml:9: an entry binds the value a already (r.yaml:8); write one entry with both targets',
    ],
    [
      'a value inside another',
      `${RECIPE}  - { path: a.b, ${TARGETS} }\n  - { path: a, form: yaml, ${TARGETS} }\n`,
      'r.yaml:8: the value a.b is part of a, which another entry binds (r.yaml:9)',
    ],
    [
      'a member of an image',
      `${RECIPE}  - { path: a.b, form: image, ${TARGETS} }\n  - { path: a.b.tag, ${TARGETS} }\n`,
      'r.yaml:9: the value a.b.tag is part of a.b, which another entry binds (r.yaml:8)',
    ],
  ])('%s', (_, text, message) => {
    const told = refusal(() => parseRecipe(text, 'r.yaml'));
    expect(told).toMatch(/^RECIPE_INVALID /);
    expect(told).toContain(message);
  });

  test.each([
    ['a syntax error', 'values: [', 'PARSE_YAML r.yaml:2: '],
    ['an alias of nothing', `${RECIPE}  - *a\n`, 'PARSE_YAML r.yaml:8: the alias *a has no anchor'],
    [
      'an alias inside its anchor',
      `${RECIPE}  - &a [*a]\n`,
      'PARSE_LIMIT r.yaml:8: an alias inside its own anchor',
    ],
    [
      'an alias bomb',
      `a: &a [x]\n${Array.from({ length: 30 }, (__, i) => `b${i}: &${i || 'a'} [*${i > 1 ? i - 1 : 'a'}, *${i > 1 ? i - 1 : 'a'}]\n`).join('')}`,
      'PARSE_LIMIT r.yaml:',
    ],
    [
      'two merges',
      `${RECIPE}  []\nargocd: { <<: {}, <<: {} }\n`,
      'PARSE_DUPLICATE r.yaml:9: the key << is there twice',
    ],
    [
      'a merge of no map',
      `${RECIPE}  []\nargocd: { <<: 1 }\n`,
      'PARSE_YAML r.yaml:9: a merge key takes a map',
    ],
    [
      'a key twice',
      `${RECIPE}  []\nvalues: []\n`,
      'PARSE_DUPLICATE r.yaml:9: the key "values" is there twice',
    ],
    ['a tag', `${RECIPE}  !!set {}\n`, 'PARSE_YAML r.yaml:8: '],
    ['no number', `${RECIPE}  [.inf]\n`, 'PARSE_YAML r.yaml:8: .inf is no number'],
    ['a second document', `${RECIPE}  []\n---\na: 1\n`, 'PARSE_YAML r.yaml:10: a second document'],
    [
      'deep nesting',
      `${RECIPE}  ${'['.repeat(9999)}`,
      'PARSE_LIMIT r.yaml:8: more than 256 levels of nesting',
    ],
    ['a control character', `${RECIPE}  ["\u0001"]`, 'PARSE_ENCODING r.yaml:8 '],
  ])('%s, which is of any YAML file', (_, text, message) => {
    const told = refusal(() => parseRecipe(text, 'r.yaml'));
    expect(told.slice(0, message.length)).toBe(message);
  });

  test('with the first twenty of thousands', () => {
    const bad = `${RECIPE}${`  - { path: A, form: value, ${TARGETS} }\n`.repeat(2000)}`;
    const told = refusal(() => parseRecipe(bad, 'r.yaml')).split('\n');
    expect([told.length, told.at(-1)]).toEqual([21, 'and 1980 more']);
  });

  test('with all findings, not the first', () => {
    const bad = `${RECIPE}  - { path: A, form: value, ${TARGETS} }\n  - { path: B, form: value, ${TARGETS} }\n`;
    expect(refusal(() => parseRecipe(bad, 'r.yaml')).split('\n')).toHaveLength(2);
  });
});
