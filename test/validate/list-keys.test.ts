import { describe, expect, test } from 'vitest';
import type { AppendEntry, ElementEntry, ScalarEntry } from '../../scripts/recipe/types.ts';
import { refuseSameTwice, refuseSpoilt, refuseTaken } from '../../scripts/validate/list-keys.ts';

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

describe('a value that gives an element a key that another has', () => {
  const mounts: AppendEntry = {
    path: 'extra',
    as: 'append',
    unique: 'at',
    targets: [{ select: {}, fieldPaths: ['a.mounts', 'b.mounts'] }],
  };
  const lifted: ScalarEntry = {
    path: 'bin',
    as: 'scalar',
    targets: [{ select: {}, fieldPaths: ['a.mounts.[name=bin].at', 'bin'] }],
  };
  const links: ElementEntry = {
    path: 'links',
    as: 'element',
    default: '',
    targets: [
      { select: {}, fieldPaths: ['a.mounts'], options: { element: { name: 'links', at: '$value' } } },
    ],
  };
  const entries = [lifted, links, mounts];
  const run = { name: 'run', at: '/run' };

  /** Two lists: upstream's two elements, what `links` adds to the first, what is appended to both. */
  function podOf(bin: string, linked: string, extra: readonly { readonly at: string }[]) {
    const added = linked === '' ? [] : [{ name: 'links', at: linked }];
    return {
      a: { mounts: [run, { name: 'bin', at: bin }, ...added, ...extra] },
      b: { mounts: [run, ...extra] },
    };
  }

  test.each([
    ['nothing', '/bin', '', []],
    ['keys of their own', '/bin', '/links', [{ at: '/extra' }]],
    // What is appended speaks for itself: refuseSpoilt.
    ['one that is appended', '/bin', '/links', [{ at: '/bin' }, { at: '/links' }]],
  ])('%s is taken', (_, bin, linked, extra) => {
    const pod = podOf(bin, linked, extra);
    expect(() => refuseTaken(mounts, extra, pod, entries, { bin, links: linked })).not.toThrow();
  });

  test.each([
    ['/run', '', 'bin names /run twice'],
    ['/bin', '/run', 'links names /run twice'],
    ['/bin', '/bin', 'links names /bin twice'],
    ['/run', '/run', 'bin names /run twice\nlinks names /run twice'],
  ])('bin %s, links %j', (bin, linked, message) => {
    const extra = [{ at: '/extra' }];
    const pod = podOf(bin, linked, extra);
    expect(() => refuseTaken(mounts, extra, pod, entries, { bin, links: linked })).toThrow(
      expect.objectContaining({ code: 'VALUES_REFUSED', message }),
    );
  });

  test('a list without a key that tells elements apart takes anything', () => {
    const { unique: _, ...any } = mounts;
    const pod = podOf('/run', '/run', []);
    expect(() => refuseTaken(any, [], pod, entries, { bin: '/run', links: '/run' })).not.toThrow();
  });

  test('what is appended to two lists is no key of upstream’s in either', () => {
    const extra = [{ at: '/extra' }];
    const pod = podOf('/bin', '', extra);
    expect(() => refuseSpoilt(mounts, extra, pod, entries)).not.toThrow();
  });
});
