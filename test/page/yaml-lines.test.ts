import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../scripts/json/json.ts';
import { parseYaml } from '../../scripts/manifest/yaml.ts';
import { yamlLines } from '../../scripts/page/yaml-lines.ts';
import { thisProject } from '../helpers/this-project.ts';

const TEXT = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    'yes',
    'null',
    '1',
    '0o7',
    '- a',
    'a: b',
    '#',
    ' a',
    'a ',
    'a\nb',
    'a\nb\n',
    '\n',
    '  a\nb',
    '{{ x }}',
    '1Gi',
  ),
);
const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    TEXT,
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(
      fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('y', 'a.b/c', '~', '1')),
      tie('tree'),
      { maxKeys: 3 },
    ),
  ),
}));

function textOf(value: Json): string {
  return yamlLines(value)
    .map(({ text }) => text)
    .join('\n');
}

describe('an object as lines of YAML', () => {
  it('is read as what it was', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(parseYaml(`${textOf({ a: value })}\n`, 'page').data).toEqual({ a: value });
      }),
    );
  });

  it('is that of the objects that a chart renders', async () => {
    const { manifest } = await thisProject();
    for (const { object } of manifest.resources)
      expect(parseYaml(textOf(object), 'page').data).toEqual(object);
  });

  it('knows of each line which field begins there', () => {
    expect(yamlLines({ a: [{ b: 'x\ny\n', c: 1 }], d: {} })).toEqual([
      { text: 'a:', path: ['a'], first: true },
      { text: '  - b: |', path: ['a', 0, 'b'], first: true },
      { text: '      x', path: ['a', 0, 'b'], first: false },
      { text: '      y', path: ['a', 0, 'b'], first: false },
      { text: '    c: 1', path: ['a', 0, 'c'], first: true },
      { text: 'd: {}', path: ['d'], first: true },
    ]);
  });
});
