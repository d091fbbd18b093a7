import { describe, expect, test } from 'vitest';
import { ChartError } from '../../scripts/errors.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { apply } from '../../scripts/oracle/apply.ts';
import type { Entry } from '../../scripts/recipe/entry.ts';
import { recipeOf } from '../chart/small-chart.ts';
import { sameTwice } from '../../scripts/oracle/lists.ts';

describe('elements with the same keys', () => {
  test.each([
    ['none', []],
    ['one', [{ id: 'a', place: 'b' }]],
    [
      'the same name elsewhere',
      [
        { id: 'a', place: 'b' },
        { id: 'a', place: 'c' },
      ],
    ],
    [
      'another name there',
      [
        { id: 'a', place: 'b' },
        { id: 'b', place: 'b' },
      ],
    ],
    [
      'names that only together look alike',
      [
        { id: 'b', place: 'a' },
        { id: 'a', place: 'b' },
      ],
    ],
  ])('%s is taken', (_, items) => {
    expect(sameTwice('networks', items, ['place', 'id'])).toBeUndefined();
  });

  test.each([
    [
      'the same name and namespace, whatever else',
      [
        { id: 'a', place: 'b', config: 1 },
        { id: 'a', place: 'b', config: 2 },
      ],
      ['place', 'id'],
      'b/a',
    ],
    [
      'neighbours or not',
      [
        { id: 'a', place: 'b' },
        { id: 'x', place: 'b' },
        { id: 'a', place: 'b' },
      ],
      ['place', 'id'],
      'b/a',
    ],
    [
      'the same name where only that counts',
      [
        { id: 'a', place: 'b' },
        { id: 'a', place: 'c' },
      ],
      ['id'],
      'a',
    ],
  ])('%s is refused', (_, items, keys, id) => {
    expect(sameTwice('networks', items, keys)).toBe(`networks names ${id} twice`);
  });

  test('what upstream has already counts too', () => {
    expect(sameTwice('extraEnv', [{ name: 'A' }], ['name'], ['B', 'A'])).toBe('extraEnv names A twice');
  });
});

/** Refusals of a Pod with these lists, entries and values. */
function refusals(spec: object, entries: readonly Entry[], values: JsonObject): readonly string[] {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, ...spec };
  const manifest = parseManifest(JSON.stringify(pod), 'm.yaml');
  const recipe = { ...recipeOf('values: []\n'), entries };
  try {
    apply({ recipe, manifest, defaults: {} }, values, { name: 'r', namespace: 'n' });
    return [];
  } catch (error) {
    if (error instanceof ChartError && error.code === 'VALUES_REFUSED') return error.message.split('\n');
    throw error;
  }
}

function appending(path: string, fieldPaths: readonly string[], rest: Partial<Entry> = {}): Entry {
  return { path, place: 'append', form: 'yaml', targets: [{ select: {}, fieldPaths }], ...rest } as Entry;
}

describe('appended elements', () => {
  const volumes = appending('extraVolumes', ['volumes'], { unique: 'name' });
  const mounts = appending('extraMounts', ['mounts'], {
    unique: 'mountPath',
    refers: { key: 'name', to: 'extraVolumes' },
  });
  const pod = { volumes: [{ name: 'cni' }], mounts: [{ name: 'cni', mountPath: '/cni' }] };
  const added = { name: 'flannel', mountPath: '/run/flannel' };

  test.each<readonly [string, JsonObject, readonly string[]]>([
    [
      'that name what is there, at a path of their own, are taken',
      { extraVolumes: [{ name: 'flannel' }], extraMounts: [added] },
      [],
    ],
    [
      'with the key of an upstream element are refused',
      { extraMounts: [{ name: 'cni', mountPath: '/cni' }] },
      ['extraMounts names /cni twice'],
    ],
    [
      'that name what is not there are refused',
      { extraMounts: [{ name: 'flanel', mountPath: '/x' }] },
      ['extraMounts names flanel, which is not there'],
    ],
    [
      'all reasons are told',
      { extraVolumes: [{ name: 'cni' }], extraMounts: [added] },
      ['extraVolumes names cni twice', 'extraMounts names flannel, which is not there'],
    ],
  ])('%s', (_, values, expected) => {
    expect(refusals(pod, [volumes, mounts], values)).toEqual(expected);
  });

  test('of two entries must not have the same key either', () => {
    const more = appending('moreVolumes', ['volumes']);
    const values = { extraVolumes: [{ name: 'x' }], moreVolumes: [{ name: 'x' }] };
    expect(refusals(pod, [volumes, more], values)).toEqual(['moreVolumes names x twice']);
  });
});

describe('a value that gives an element a key that another has', () => {
  const mounts = appending('extra', ['a.mounts', 'b.mounts'], { unique: 'at' });
  const lifted: Entry = {
    path: 'bin',
    place: 'replace',
    form: 'value',
    targets: [{ select: {}, fieldPaths: ['a.mounts.[name=bin].at', 'bin'] }],
  };
  const links: Entry = {
    path: 'links',
    place: 'append',
    form: 'content',
    default: '',
    content: { name: 'links', at: '$value' },
    targets: [{ select: {}, fieldPaths: ['a.mounts'] }],
  };
  const pod = {
    bin: '/bin',
    a: {
      mounts: [
        { name: 'run', at: '/run' },
        { name: 'bin', at: '/bin' },
      ],
    },
    b: { mounts: [{ name: 'run', at: '/run' }] },
  };

  test.each<readonly [string, string, string, readonly string[]]>([
    ['nothing', '/bin', '', []],
    ['keys of their own', '/bin', '/links', []],
    ['bin', '/run', '', ['bin names /run twice']],
    ['links', '/bin', '/run', ['links names /run twice']],
    ['links like bin', '/bin', '/bin', ['links names /bin twice']],
    ['both', '/run', '/run', ['bin names /run twice', 'links names /run twice']],
  ])('%s', (_, bin, linked, expected) => {
    const values = { bin, links: linked, extra: [{ at: '/extra' }] };
    expect(refusals(pod, [lifted, links, mounts], values)).toEqual(expected);
  });

  test('a list without a key that tells elements apart takes anything', () => {
    const any = appending('extra', ['a.mounts', 'b.mounts']);
    const values = { bin: '/run', links: '/run', extra: [{ at: '/run' }] };
    expect(refusals(pod, [lifted, links, any], values)).toEqual([]);
  });
});
