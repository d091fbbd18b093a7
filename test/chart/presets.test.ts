import { describe, expect, test } from 'vitest';
import { presetTable } from '../../scripts/chart/presets.ts';
import { fillIn } from '../../scripts/json/tree.ts';
import { chartOf, refusal } from './small-chart.ts';

const MANIFEST = `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  cni: /cni\n  run: /run\n`;

const RECIPE = `values:
  - { path: paths.cni, form: value, targets: [{ select: {}, fieldPaths: [spec.cni] }] }
  - { path: run, form: value, targets: [{ select: {}, fieldPaths: [spec.run] }] }
`;

test('what a preset decides is open in the values, and the default preset is upstream', () => {
  const options = 'options: { plain: {}, other: { paths.cni: /x, run: /y } }';
  const { defaults, presets } = chartOf(
    MANIFEST,
    `${RECIPE}presets: { path: platform, default: plain, ${options} }\n`,
  );
  expect(defaults).toEqual({ platform: 'plain' });
  expect(presets).toEqual({
    path: 'platform',
    default: 'plain',
    options: { plain: { paths: { cni: '/cni' }, run: '/run' }, other: { paths: { cni: '/x' }, run: '/y' } },
  });
});

test('what the default preset states wins over upstream', () => {
  const table = presetTable({ path: 'p', default: 'a', options: { a: { v: 1 } } }, () => 2);
  expect(table.options).toEqual({ a: { v: 1 } });
});

describe('refused', () => {
  test.each([
    [
      'a default that is none of them',
      'default: plian, options: { plain: {} }',
      'presets.default is plian, which is none of plain; the nearest is plain',
    ],
    [
      'a value that no entry binds',
      'default: plain, options: { plain: { paths.cn: /x } }',
      'presets.options.plain sets paths.cn, which no entry binds; the nearest is paths.cni',
    ],
  ])('%s', (_, rest, message) => {
    expect(refusal(() => chartOf(MANIFEST, `${RECIPE}presets: { path: platform, ${rest} }\n`))).toBe(
      `RECIPE_INVALID recipe.yaml: ${message}`,
    );
  });
});

test('fillIn takes what is missing or null, at every depth, and nothing else', () => {
  const from = { a: 1, b: { c: 2, d: 3 }, e: 4, f: { g: 5 } };
  expect(fillIn({ a: null, b: { c: 9 }, e: 0, f: 'x', own: true }, from)).toEqual({
    a: 1,
    b: { c: 9, d: 3 },
    e: 0,
    f: 'x',
    own: true,
  });
});
