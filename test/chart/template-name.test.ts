import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Resource } from '../../scripts/manifest/manifest.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { templateNames } from '../../scripts/chart/template-name.ts';
import { processorTime } from '../helpers/processor-time.ts';

interface Identity {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly apiVersion?: string;
}

function names(...objects: readonly Identity[]): readonly string[] {
  const documents = objects.map(({ kind, name, namespace, apiVersion = 'v1' }) =>
    JSON.stringify({ apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } }),
  );
  return templateNames(parseManifest(documents.join('\n---\n'), 'm.yaml').resources);
}

describe('the file of a resource is named', () => {
  test.each<readonly [string, readonly Identity[], readonly string[]]>([
    ['by name and kind', [{ kind: 'DaemonSet', name: 'a' }], ['a-daemonset.yaml']],
    [
      'without the group of a CRD',
      [{ kind: 'CustomResourceDefinition', name: 'nets.k8s.io' }],
      ['nets-crd.yaml'],
    ],
    [
      'with the group where two CRDs differ by it',
      [
        { kind: 'CustomResourceDefinition', name: 'nets.a.io', apiVersion: 'x.io/v1' },
        { kind: 'CustomResourceDefinition', name: 'nets.b.io', apiVersion: 'x.io/v1' },
      ],
      ['nets-a-io-x-io-crd.yaml', 'nets-b-io-x-io-crd.yaml'],
    ],
    [
      'with the namespace where two differ by it',
      [
        { kind: 'ConfigMap', name: 'a', namespace: 'x' },
        { kind: 'ConfigMap', name: 'a', namespace: 'y' },
        { kind: 'ConfigMap', name: 'b', namespace: 'y' },
      ],
      ['x-a-configmap.yaml', 'y-a-configmap.yaml', 'b-configmap.yaml'],
    ],
    [
      'by number where two differ by what no file name keeps',
      [
        { kind: 'ClusterRole', name: 'a:b' },
        { kind: 'ClusterRole', name: 'a-b' },
        { kind: 'ClusterRole', name: 'a--b' },
      ],
      ['a-b-clusterrole.yaml', 'a-b-clusterrole-2.yaml', 'a-b-clusterrole-3.yaml'],
    ],
    [
      'by number where the namespace makes it the name of another',
      [
        { kind: 'ConfigMap', name: 'b', namespace: 'a' },
        { kind: 'ConfigMap', name: 'b', namespace: 'x' },
        { kind: 'ConfigMap', name: 'a-b', namespace: 'y' },
      ],
      ['a-b-configmap.yaml', 'x-b-configmap.yaml', 'a-b-configmap-2.yaml'],
    ],
    [
      'by number where the number makes it the name of another',
      [
        { kind: 'A', name: 'x:y' },
        { kind: 'A', name: 'x-y' },
        { kind: 'A-2', name: 'x-y' },
      ],
      ['x-y-a.yaml', 'x-y-a-2.yaml', 'x-y-a-2-2.yaml'],
    ],
    ['inside its folder', [{ kind: '../../etc/Passwd', name: '..' }], ['---etc-passwd.yaml']],
  ])('%s', (_, objects, files) => {
    expect(names(...objects)).toEqual(files);
  });

  test('short enough for every file system and archive, and still one for each', () => {
    const long = 'x'.repeat(250);
    const files = names(
      { kind: 'ConfigMap', name: `${long}a` },
      { kind: 'ConfigMap', name: `${long}b` },
      { kind: long, name: long },
    );
    expect(files).toEqual([
      `${'x'.repeat(60)}-configmap.yaml`,
      `${'x'.repeat(60)}-configmap-2.yaml`,
      `${'x'.repeat(60)}-${'x'.repeat(30)}.yaml`,
    ]);
  });

  test('in linear time, also when all differ only by what no file name keeps', async () => {
    const objects = Array.from({ length: 20_000 }, (_, i) => ({
      kind: 'A',
      name: `${':'.repeat(i % 7)}x`,
      i,
    }));
    const resources = objects.map(({ kind, name }) => ({ kind, name, apiVersion: 'v1' }) as Resource);
    let files: readonly string[] = [];
    const took = await processorTime(() => (files = templateNames(resources)));
    expect(took).toBeLessThan(3000);
    expect(new Set(files).size).toBe(objects.length);
  });

  test('like no other, whatever names there are', () => {
    const part = fc.stringMatching(/^[ab:.\-/]{1,4}$/);
    const object = fc.record(
      { kind: fc.constantFrom('A', 'A-2', 'CustomResourceDefinition'), name: part, namespace: part },
      { noNullPrototype: true },
    );
    const objects = fc.uniqueArray(object, { maxLength: 12, selector: (one) => JSON.stringify(one) });
    fc.assert(
      fc.property(objects, (all) => {
        fc.pre(all.length > 0);
        const files = names(...all);
        expect(new Set(files).size).toBe(all.length);
        for (const file of files) expect(file).toMatch(/^[a-z0-9-]{1,95}\.yaml$/);
      }),
    );
  });
});
