import fc from 'fast-check';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import type { Entry } from '../../scripts/recipe/entry.ts';
import type { Drawing } from './language-drawing.ts';

const THEIRS = { kind: 'Thing', name: 'theirs' } as const;
const IDS = ['a', 'b', 'c', 'd'] as const;

/**
 * Several entries on one list whose elements have a key, and another list that names them: values
 * collide often enough that both sides must refuse.
 */
export function lists({ g, spec, entries, values }: Drawing): void {
  const id = (): string => g(fc.constantFrom, ...IDS);
  const items = (make: () => JsonObject): Json =>
    Array.from({ length: g(fc.integer, { min: 0, max: 2 }) }, make);
  spec['volumes'] = [
    { name: 'a', path: '/a' },
    { name: 'b', path: '/b' },
  ];
  spec['mounts'] = g(fc.boolean) ? [] : [{ name: 'a', at: '/a' }];
  const append = (path: string, list: string, rest: Partial<Entry>): void => {
    entries.push({
      path,
      place: 'append',
      form: 'yaml',
      targets: [{ select: THEIRS, fieldPaths: [`spec.${list}`] }],
      ...rest,
    } as Entry);
  };
  if (g(fc.boolean)) {
    entries.push({
      path: 'lifted',
      place: 'replace',
      form: 'value',
      targets: [{ select: THEIRS, fieldPaths: ['spec.volumes.[name=b].name'] }],
    });
    if (g(fc.boolean)) values.set('lifted', id());
  }
  if (g(fc.boolean)) {
    append('element', 'volumes', {
      form: 'content',
      default: '',
      content: { name: g(fc.constantFrom, '$value', 'd'), path: '/$value' },
    });
    if (g(fc.boolean)) values.set('element', id());
  }
  append('volumes', 'volumes', { unique: 'name' });
  values.set(
    'volumes',
    items(() => ({ name: id() })),
  );
  if (g(fc.boolean)) {
    append('more', 'volumes', {});
    values.set(
      'more',
      items(() => ({ name: id() })),
    );
  }
  append('mounts', 'mounts', {
    unique: 'at',
    refers: { key: 'name', to: 'volumes' },
    inner: [{ list: 'env', unique: 'name' }],
  });
  values.set(
    'mounts',
    items(() => ({ name: id(), at: `/${id()}`, env: items(() => ({ name: id() })) })),
  );
}
