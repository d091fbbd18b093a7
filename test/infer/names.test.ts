import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  camel,
  commonWords,
  distinct,
  sharedWords,
  withoutKind,
  withoutLast,
  withoutStem,
  withoutVersion,
} from '../../scripts/infer/names.ts';

describe('camel', () => {
  test.each([
    ['cni-conf.json', 'cniConfJson'],
    ['ENABLE_FOO', 'enableFoo'],
    ['calico_backend', 'calicoBackend'],
    ['netConf', 'netConf'],
    ['APIService', 'apiService'],
    ['9p', 'n9p'],
    ['...', 'x'],
  ])('%s is %s', (text, key) => {
    expect(camel(text)).toBe(key);
  });

  test('is a key of values.yaml, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(camel(text)).toMatch(/^[a-z][A-Za-z0-9]*$/);
      }),
    );
  });
});

describe('distinct', () => {
  test('the first wish that nobody else has and that is free', () => {
    const wishes: Readonly<Record<string, readonly string[]>> = {
      a: ['x', 'ax'],
      b: ['x', 'bx'],
      c: ['image', 'cImage'],
      d: ['d'],
    };
    const keys = distinct(Object.keys(wishes), (one) => wishes[one] ?? [], new Set(['image']));
    expect(Object.fromEntries(keys)).toEqual({ a: 'ax', b: 'bx', c: 'cImage', d: 'd' });
  });

  test('no two are the same, in whatever order they come', () => {
    const names = fc.uniqueArray(fc.constantFrom('a-b', 'a.b', 'aB', 'a_b', 'b', 'image', 'x-b', 'xB'));
    fc.assert(
      fc.property(names, (all) => {
        const wish = (name: string): readonly string[] => [camel(name.slice(-1)), camel(name)];
        const keys = distinct(all, wish, new Set(['image']));
        expect(new Set(keys.values()).size).toBe(all.length);
        expect([...keys.values()]).not.toContain('image');
      }),
    );
  });
});

test('what names share, what goes from their front and from their end', () => {
  expect(sharedWords(['csi-nfs-node', 'csi-nfs-controller'])).toEqual(['csi', 'nfs']);
  expect(sharedWords(['metallb', 'metallb-speaker'])).toEqual([]);
  expect(commonWords(['cert-manager', 'cert-manager-webhook'])).toEqual(['cert', 'manager']);
  expect(commonWords(['redis-operator', 'redisfailover'])).toEqual([]);
  expect(withoutLast('admission-config', /-(?:config|cm)$/)).toBe('admission');
  expect(['cm', 'config'].map((name) => withoutLast(name, /-?(?:config|cm)$/))).toEqual(['cm', 'config']);
  expect(withoutKind('descheduler-cronjob')).toBe('descheduler');
  expect(withoutStem('argocd-repo-server', ['argo', 'argocd'])).toBe('repo-server');
  expect(withoutStem('argocd', ['argocd'])).toBe('argocd');
  expect(withoutVersion('certgen-v1-33-0')).toBe('certgen');
  expect(withoutVersion('v1')).toBe('v1');
});
