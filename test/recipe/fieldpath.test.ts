import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeKey, parseFieldPath, type Segment } from '../../scripts/recipe/fieldpath.ts';

const key = (name: string): Segment => ({ type: 'key', key: name });
const match = (field: string, value: string): Segment => ({ type: 'match', field, value });

describe('a field path', () => {
  test.each<readonly [string, readonly Segment[]]>([
    ['spec', [key('spec')]],
    ['spec.template.0', [key('spec'), key('template'), key('0')]],
    ['data.a\\.json', [key('data'), key('a.json')]],
    ['a\\b.c\\\\', [key('a\\b'), key('c\\')]],
    ['a.*.b', [key('a'), { type: 'all' }, key('b')]],
    ['a.\\*.b*', [key('a'), key('*'), key('b*')]],
    ['\\[a=b]', [key('[a=b]')]],
    ['c.[name=a.b].x', [key('c'), match('name', 'a.b'), key('x')]],
    ['c.[name=a=b]', [key('c'), match('name', 'a=b')]],
    ['c.[name=]', [key('c'), match('name', '')]],
  ])('%s', (path, segments) => {
    expect(parseFieldPath(path)).toEqual(segments);
  });

  test.each([
    ['', 'a segment between two dots is empty'],
    ['.a', 'a segment between two dots is empty'],
    ['a.', 'a segment between two dots is empty'],
    ['a..b', 'a segment between two dots is empty'],
    ['a.[b', '[b lacks its ]'],
    ['a.[b=c.d', '[b=c.d lacks its ]'],
    ['a[b=c]', '[b=c] has no dot before it'],
    ['a.[b]', '[b] is not of the form [field=value]'],
    ['a.[=b]', '[=b] is not of the form [field=value]'],
    ['a.[b=c]d', '[b=c]d is not of the form [field=value]'],
  ])('malformed: %s', (path, message) => {
    expect(() => parseFieldPath(path, 'Entry v')).toThrow(
      expect.objectContaining({
        code: 'RECIPE_SELECTOR',
        message: `Entry v: field path ${path}: ${message}`,
      }),
    );
  });

  test('of any keys, escaped, is these keys', () => {
    const any = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.stringMatching(/^[.*[\]=\\a]{1,8}$/),
      fc.constantFrom('*', '[a=b]', '.', '\\', '\\.', '[', '\\*'),
    );
    fc.assert(
      fc.property(fc.array(any, { minLength: 1 }), (keys) => {
        expect(parseFieldPath(keys.map(escapeKey).join('.'))).toEqual(keys.map(key));
      }),
    );
  });
});
