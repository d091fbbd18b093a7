import { beforeAll, describe, expect, it } from 'vitest';
import { schemaTree, type SchemaNode } from '../../scripts/chart/schema/node.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { spotAt, suggestions } from '../../scripts/page/complete.ts';
import { thisProject } from '../helpers/this-project.ts';

describe('where one writes', () => {
  it.each([
    ['pla', [], undefined, 'pla'],
    ['platform: k', [], 'platform', 'k'],
    ['platform: ', [], 'platform', ''],
    ['image:\n  ta', ['image'], undefined, 'ta'],
    ['a:\n  b: 1\nresources:\n  limits:\n    cpu: 1\n    me', ['resources', 'limits'], undefined, 'me'],
    ['resources:\n  limits:\n    cpu: 1\n  re', ['resources'], undefined, 're'],
    ['tolerations:\n  - ke', ['tolerations'], undefined, 'ke'],
    ['tolerations:\n  - key: a\n    op', ['tolerations'], undefined, 'op'],
    ['tolerations:\n- key: a\n  op', ['tolerations'], undefined, 'op'],
    ['# a: b\nima', [], undefined, 'ima'],
  ])('%j', (text, above, key, word) => {
    expect(spotAt(text)).toEqual({ above, key, word });
  });
});

describe('what can be written there', () => {
  let schema: SchemaNode;
  beforeAll(async () => {
    const { files } = await thisProject();
    schema = schemaTree(JSON.parse(files.get('values.schema.json') ?? '') as JsonObject);
  });
  const at = (text: string): readonly string[] => suggestions(schema, spotAt(text)).map(({ label }) => label);

  it('are the keys of the schema, the keys of elements, and what a value may be', () => {
    expect(at('')).toEqual([...schema.properties.keys()]);
    expect(at('image:\n  ')).toEqual(['registry', 'repository', 'tag', 'digest', 'pullPolicy']);
    expect(at('platform: ')).toContain('k3s');
    expect(at('rbac:\n  create: ')).toEqual(['true', 'false']);
    expect(at('tolerations:\n  - ')).toContain('operator');
    expect(at('nonsense:\n  a: ')).toEqual([]);
  });
});
