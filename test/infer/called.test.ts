import { describe, expect, test } from 'vitest';
import { deployment, inferred, pathsOf } from './inferred.ts';

describe('names', () => {
  test('of a single workload have no prefix, of several their own word', () => {
    expect(pathsOf(inferred(deployment('a-server', ['server'])))).toContain('resources');
    const two = pathsOf(inferred(deployment('a-server', ['server']) + deployment('a-repo-server', ['repo'])));
    expect(two).toEqual(expect.arrayContaining(['server.resources', 'repoServer.resources']));
    expect(two).not.toContain('resources');
  });

  test('of a container that is called like a value do not collide with it', () => {
    const paths = pathsOf(inferred(deployment('a', ['a', 'liveness-probe', 'image', 'config'])));
    expect(paths).toEqual(
      expect.arrayContaining([
        'livenessProbe',
        'livenessProbeContainer.image',
        'imageContainer.image',
        'configContainer.image',
      ]),
    );
    const inside = paths.filter((path) => paths.some((other) => path.startsWith(`${other}.`)));
    expect(inside.filter((path) => !path.endsWith('image.pullPolicy'))).toEqual([]);
  });

  test('of workloads that are called like values do not collide with them', () => {
    const paths = pathsOf(inferred(deployment('config', ['a']) + deployment('crds', ['b'])));
    expect(paths).toEqual(expect.arrayContaining(['configDeployment.image', 'crdsDeployment.image']));
  });
});

describe('the chart is called', () => {
  const labelled = (name: string, labels: string): string =>
    deployment(name, [name]).replace(`{ name: ${name} }`, `{ name: ${name}, labels: { ${labels} } }`);
  const part = 'app.kubernetes.io/part-of';
  const own = 'app.kubernetes.io/name';

  test.each([
    [
      'the words of all names',
      ['cert-manager', 'cert-manager-webhook'].map((name) => labelled(name, 'a: b')),
      'cert-manager',
    ],
    [
      'what most workloads are a part of',
      ['a', 'b'].map((name) => labelled(name, `${part}: suite`)),
      'suite',
    ],
    [
      'not what one of three is',
      [labelled('a', `${part}: x`), labelled('b', 'a: b'), labelled('c', 'a: b')],
      'file',
    ],
    ['a single workload by its own name', [labelled('loki', `${part}: memberlist, ${own}: loki`)], 'loki'],
    ['what a single one is a part of', [labelled('a', `${part}: suite, ${own}: server`)], 'suite'],
    ['what a label and the file say', [labelled('front', 'app: file'), labelled('back', 'a: b')], 'file'],
    [
      'what a workload and the file say',
      [labelled('file-ds', 'a: b'), labelled('other', 'k8s-app: other')],
      'file',
    ],
    ['by the words of most names', ['x-y-a', 'x-y-b', 'c'].map((name) => labelled(name, 'a: b')), 'x-y'],
  ])('%s', (_, documents, name) => {
    const { chart } = inferred(documents.join(''), { fallback: name === 'file' ? 'file-install' : 'm' });
    expect(chart.name).toBe(name === 'file' && documents.length === 3 ? 'file-install' : name);
  });

  test('and of it no version, when the tag is a placeholder', () => {
    const text = deployment('a', ['a']).replace('r.test/a:1', 'r.test/a:<version>');
    expect(inferred(text).chart.appVersion).toBe('0');
    expect(inferred(deployment('a', ['a'])).chart.appVersion).toBe('1');
  });
});

test('a workload that is called like the chart keeps its name, others leave the chart’s off', () => {
  const text = deployment('cert-manager', ['c']) + deployment('cert-manager-webhook', ['w']);
  expect(inferred(text).workloads.map(({ key }) => key)).toEqual(['certManager', 'webhook']);
});

test('the main container is called like the workload, or its image is', () => {
  const efs = deployment('efs-csi-node', ['csi-driver-registrar', 'efs-plugin']);
  const paths = pathsOf(inferred(efs.replace('r.test/efs-plugin', 'r.test/efs-csi-driver')));
  expect(paths).toContain('csiDriverRegistrar.image');
  expect(paths).not.toContain('efsPlugin.image');
  const begun = pathsOf(inferred(deployment('csi-hostpathplugin', ['csi-attacher', 'hostpath'])));
  expect(begun).toContain('csiAttacher.image');
});
