import { describe, expect, test } from 'vitest';
import type { AppendEntry } from '../../scripts/recipe/types.ts';
import { refuseSameTwice, refuseSpoilt } from '../../scripts/validate/list-keys.ts';

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
    expect(() => refuseSameTwice('networks', items, ['place', 'id'])).not.toThrow();
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
    expect(() => refuseSameTwice('networks', items, keys)).toThrow(
      expect.objectContaining({
        code: 'VALUES_REFUSED',
        message: `networks names ${id} twice`,
        hint: 'Give each a name of its own.',
      }),
    );
  });

  test('what upstream has already counts too', () => {
    expect(() => refuseSameTwice('extraEnv', [{ name: 'A' }], ['name'], ['B', 'A'])).toThrow(
      'extraEnv names A twice',
    );
  });
});

describe('appended elements', () => {
  const volumes: AppendEntry = {
    path: 'extraVolumes',
    as: 'append',
    unique: 'name',
    targets: [{ select: {}, fieldPaths: ['spec.volumes'] }],
  };
  const mounts: AppendEntry = {
    path: 'extraMounts',
    as: 'append',
    unique: 'mountPath',
    refers: { key: 'name', to: 'extraVolumes' },
    targets: [{ select: {}, fieldPaths: ['spec.mounts'] }],
  };
  const added = { name: 'flannel', mountPath: '/run/flannel' };
  const pod = {
    spec: {
      volumes: [{ name: 'cni' }, { name: 'flannel' }],
      mounts: [{ name: 'cni', mountPath: '/cni' }, added],
    },
  };

  test('that name what is there, at a path of their own, are taken', () => {
    expect(() => refuseSpoilt(mounts, [added], pod, [volumes, mounts])).not.toThrow();
    expect(() => refuseSpoilt(volumes, [{ name: 'flannel' }], pod, [volumes, mounts])).not.toThrow();
  });

  test('with the key of an upstream element are refused', () => {
    const again = { ...added, mountPath: '/cni' };
    const spoilt = { spec: { ...pod.spec, mounts: [{ name: 'cni', mountPath: '/cni' }, again] } };
    expect(() => refuseSpoilt(mounts, [again], spoilt, [volumes, mounts])).toThrow(
      'extraMounts names /cni twice',
    );
  });

  test('that name what is not there are refused', () => {
    const lost = { ...added, name: 'flanel' };
    const spoilt = { spec: { ...pod.spec, mounts: [lost] } };
    expect(() => refuseSpoilt(mounts, [lost], spoilt, [volumes, mounts])).toThrow(
      expect.objectContaining({
        code: 'VALUES_REFUSED',
        message: 'extraMounts names flanel, which is not there',
      }),
    );
  });
});
