import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { renderBare } from '../helpers/bare-chart.ts';
import { chartOf, refusal, templateOf } from '../chart/small-chart.ts';

const MANIFEST = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: multus
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: networks.example.com
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: conf
  namespace: kube-system
  labels:
data:
  a.json: '{'
  text: x
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: conf
  namespace: other
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: ds
  namespace: kube-system
spec:
  updateStrategy:
    type: RollingUpdate
  template:
    spec:
      serviceAccountName: sa
      nodeSelector: {}
      volumes:
        - name: cni
          hostPath:
            path: /cni
        - name: bin
          hostPath:
            path: /bin
        - name: bin
          emptyDir: {}
`;

/** A recipe of one entry, on line 4, with the options of its only target. */
function entry(select: string, fieldPath: string, options = '', kind = 'form: value'): string {
  const rest = options === '' ? '' : `, ${options}`;
  return `values:\n  - { path: v, ${kind}, targets: [{ select: ${select}, fieldPaths: ['${fieldPath}']${rest} }] }\n`;
}

const DS = '{ kind: DaemonSet, name: ds }';
const ENTRY = 'RECIPE_SELECTOR Entry v (recipe.yaml:4)';

describe('a select that matches nothing is refused with the nearest match by what it gives', () => {
  test.each([
    [
      'kind',
      '{ kind: CustomResourceDefinitio }',
      '{"kind":"CustomResourceDefinitio"} matches nothing in m.yaml; the nearest is {"kind":"CustomResourceDefinition"} at m.yaml:6',
    ],
    [
      'namespace',
      '{ namespace: kube-systm }',
      '{"namespace":"kube-systm"} matches nothing in m.yaml; the nearest is {"namespace":"kube-system"} at m.yaml:11',
    ],
    [
      'kind and name',
      '{ kind: DaemonSet, name: dx }',
      '{"kind":"DaemonSet","name":"dx"} matches nothing in m.yaml; the nearest is {"kind":"DaemonSet","name":"ds"} at m.yaml:27',
    ],
    [
      'group and version',
      '{ group: app, version: v2 }',
      '{"group":"app","version":"v2"} matches nothing in m.yaml; the nearest is {"group":"apps","version":"v1"} at m.yaml:27',
    ],
    [
      'a name in another namespace',
      '{ kind: ConfigMap, name: conf, namespace: othr }',
      '{"kind":"ConfigMap","name":"conf","namespace":"othr"} matches nothing in m.yaml; the nearest is {"kind":"ConfigMap","name":"conf","namespace":"other"} at m.yaml:21',
    ],
  ])('%s', (_, select, message) => {
    expect(refusal(() => chartOf(MANIFEST, entry(select, 'metadata.name')))).toBe(
      `${ENTRY}: select ${message}`,
    );
  });

  test('kind and name that two resources have', () => {
    expect(refusal(() => chartOf(MANIFEST, entry('{ kind: ConfigMap, name: conf }', 'metadata.name')))).toBe(
      `${ENTRY}: select {"kind":"ConfigMap","name":"conf"} is ambiguous: kube-system at m.yaml:11, other at m.yaml:21`,
    );
  });

  test('a reject that leaves out nothing, or all', () => {
    const rejecting = (reject: string): string =>
      entry(`{ kind: ConfigMap }, reject: [${reject}]`, 'metadata.name');
    expect(refusal(() => chartOf(MANIFEST, rejecting('{ namespace: othr }')))).toBe(
      `${ENTRY}: reject {"namespace":"othr"} leaves out nothing that select means; the nearest is {"namespace":"other"} at m.yaml:21`,
    );
    expect(refusal(() => chartOf(MANIFEST, rejecting('{ name: conf }')))).toBe(
      `${ENTRY}: select {"kind":"ConfigMap"} matches only what reject leaves out`,
    );
  });
});

describe('a field path that leads nowhere is refused with what is there', () => {
  const nothing = (path: string): string => `: ${path} matches nothing in DaemonSet/ds: `;
  test.each([
    ['spec.template.spec.volume', 'spec.template.spec (m.yaml:36) has no volume; the nearest is volumes'],
    ['spec.template.spec.a\\.b', 'spec.template.spec (m.yaml:36) has no a.b; the nearest is volumes'],
    [
      'spec.template.spec.volumes.[name=cnj].hostPath',
      'spec.template.spec.volumes (m.yaml:39) has no [name=cnj]; the nearest is [name=cni]',
    ],
    [
      'spec.template.spec.volumes.[nam=cni]',
      'spec.template.spec.volumes (m.yaml:39) has no element with the field nam; the nearest is [name=cni]',
    ],
    [
      'spec.template.spec.volumes.cni',
      'spec.template.spec.volumes (m.yaml:39) is a list, so cni means nothing in it; the nearest is [name=cni]',
    ],
    ['spec.template.spec.volumes.7', 'spec.template.spec.volumes (m.yaml:39) has no element 7; it has 3'],
    ['spec.template.spec.[name=a]', 'spec.template.spec (m.yaml:36) is a map, not a list for [name=a]'],
    [
      'spec.updateStrategy.type.name',
      'spec.updateStrategy.type (m.yaml:34) is a single value, without fields',
    ],
    ['spec.template.spec.nodeSelector.*', 'spec.template.spec.nodeSelector (m.yaml:38) is an empty map'],
    ['kin', 'the document (m.yaml:27) has no kin; the nearest is kind'],
  ])('%s', (path, message) => {
    expect(refusal(() => chartOf(MANIFEST, entry(DS, path)))).toBe(ENTRY + nothing(path) + message);
  });

  test('two elements that [field=value] means', () => {
    expect(refusal(() => chartOf(MANIFEST, entry(DS, 'spec.template.spec.volumes.[name=bin]')))).toBe(
      `${ENTRY}: spec.template.spec.volumes.[name=bin]: [name=bin] matches several elements of DaemonSet/ds: m.yaml:43, m.yaml:46`,
    );
  });

  test.each([
    ['spec..updateStrategy', 'a segment between two dots is empty'],
    ['spec.volumes.[name=cni.hostPath.path', '[name=cni.hostPath.path lacks its ]'],
    ['spec.volumes[name=cni].hostPath', '[name=cni] has no dot before it'],
    ['spec.volumes.[cni].hostPath', '[cni] is not of the form [field=value]'],
  ])('malformed: %s', (path, message) => {
    expect(refusal(() => chartOf(MANIFEST, entry(DS, path)))).toBe(
      `${ENTRY}: field path ${path}: ${message}`,
    );
  });
});

describe('what an entry cannot do with a field is refused with both places', () => {
  const field = 'DaemonSet/ds spec.template.spec';
  test.each([
    [
      'a sibling to write after that is not there',
      entry(
        DS,
        'spec.template.spec.x',
        'create: true, after: serviceAccountNam',
        'place: drop, form: yaml, default: []',
      ),
      `Entry v (recipe.yaml:4) (yaml × drop): ${field}.x (m.yaml:37) cannot be written after serviceAccountNam, which is not there; the nearest is serviceAccountName`,
    ],
    [
      'a field in an empty map',
      entry(DS, 'spec.template.spec.nodeSelector.x', 'create: true', 'place: drop, form: yaml, default: []'),
      `Entry v (recipe.yaml:4) (yaml × drop): ${field}.nodeSelector.x (m.yaml:38) cannot be added to an empty map`,
    ],
    [
      'a list as a scalar',
      entry(DS, 'spec.template.spec.volumes'),
      `Entry v (recipe.yaml:4) (value): ${field}.volumes (m.yaml:39) is not a scalar`,
    ],
    [
      'keys added to a text',
      entry(DS, 'spec.updateStrategy.type', '', 'place: merge, form: yaml'),
      'Entry v (recipe.yaml:4) (yaml × merge): DaemonSet/ds spec.updateStrategy.type (m.yaml:34) is neither a list nor a map',
    ],
    [
      'text that is no JSON',
      entry('{ name: conf, namespace: kube-system }', 'data.a\\.json', '', 'form: json'),
      'Entry v (recipe.yaml:4): ConfigMap/conf data.a.json (m.yaml:18) is not JSON: ',
    ],
    [
      'fields of one value that differ',
      entry('{ kind: ConfigMap }', 'metadata.namespace'),
      'Entry v (recipe.yaml:4): its fields differ upstream: ConfigMap/conf metadata.namespace (m.yaml:15) is "kube-system", ConfigMap/conf metadata.namespace (m.yaml:25) is "other"',
    ],
    [
      'no choice that upstream has',
      entry(DS, 'spec.updateStrategy.type', '', 'form: choice, default: a, choices: { a: 1, b: 2 }'),
      'Entry v (recipe.yaml:4): none of its choices is what upstream has: DaemonSet/ds spec.updateStrategy.type (m.yaml:34) is "RollingUpdate"',
    ],
  ])('%s', (_, recipe, message) => {
    expect(refusal(() => chartOf(MANIFEST, recipe))).toContain(`RECIPE_SELECTOR ${message}`);
  });

  test('a preset of a value that no entry binds', () => {
    const presets = 'presets: { path: p, default: a, options: { a: {}, b: { vv: /x } } }\n';
    expect(refusal(() => chartOf(MANIFEST, entry(DS, 'kind') + presets))).toBe(
      'RECIPE_INVALID recipe.yaml: presets.options.b sets vv, which no entry binds; the nearest is v',
    );
  });
});

test('keys can be added where upstream has an empty map or null, which else stays', () => {
  const object = (labels: string): string =>
    `apiVersion: v1\nkind: A\nmetadata:\n  name: x\n  labels:${labels}\n`;
  const recipe = entry('{ kind: A }', 'metadata.labels', '', 'place: merge, form: yaml');
  const written = (empty: string): string =>
    object('\n    {{- toYaml . | nindent 4 }}')
      .replace('  labels', '  {{- with .Values.v }}\n  labels')
      .replace(/\n$/, `\n  {{- else }}\n  labels: ${empty}\n  {{- end }}\n`);
  expect(templateOf(object(''), recipe)).toBe(written('null'));
  expect(templateOf(object(' ~'), recipe)).toBe(written('null'));
  expect(templateOf(object(' {}'), recipe)).toBe(written('{}'));
});

test('what upstream leaves empty comes out of every Helm empty, or with what is added', async () => {
  const manifest = `apiVersion: v1
kind: A
metadata:
  name: x
  labels:
  annotations: {}
spec:
  list: []
  none: ~
`;
  const entries = (rest: string): string =>
    [
      entry('{}', 'metadata.labels', '', `place: merge, form: yaml${rest && ', default: { a: b }'}${rest}`),
      entry(
        '{}',
        'metadata.annotations',
        '',
        `place: merge, form: yaml${rest && ', default: { a: b }'}${rest}`,
      ),
      entry('{}', 'spec.list', '', `place: append, form: yaml${rest && ', default: [{ c: d }]'}${rest}`),
      entry('{}', 'spec.none', '', `place: append, form: yaml${rest && ', default: [{ c: d }]'}${rest}`),
    ]
      .map((text, i) => text.replace('path: v', `path: v${i}`))
      .join('')
      .replaceAll('\nvalues:', '');
  const [wanted] = parseManifest(manifest, 'm.yaml').resources.map(({ object }) => object);
  for (const rendered of await renderBare(chartOf(manifest, entries('')))) expect(rendered).toEqual([wanted]);
  const filled = {
    ...wanted,
    metadata: { name: 'x', labels: { a: 'b' }, annotations: { a: 'b' } },
    spec: { list: [{ c: 'd' }], none: [{ c: 'd' }] },
  };
  for (const rendered of await renderBare(chartOf(manifest, entries(', reason: x'))))
    expect(rendered).toEqual([filled]);
});
