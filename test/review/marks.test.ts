import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../scripts/json/json.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { compare } from '../../scripts/review/compare.ts';
import { marksOf, type MarkKind } from '../../scripts/review/marks.ts';

/** What the changes between two manifests do, `what` of one kind. */
function does(kind: MarkKind, before: string, after: string): readonly string[] {
  const [left, right] = [before, after].map((text) => objects(text)) as [
    readonly JsonObject[],
    readonly JsonObject[],
  ];
  return compare(left, right).flatMap((one) =>
    one.changes
      .flatMap((change) => marksOf(change, one).filter((mark) => mark.kind === kind))
      .map(({ what }) => what),
  );
}

function objects(text: string): readonly JsonObject[] {
  return text === '' ? [] : parseManifest(text, 'm.yaml').resources.map(({ object }) => object);
}

const workload = (pod: string, kind = 'Deployment', more = ''): string =>
  `{ apiVersion: apps/v1, kind: ${kind}, metadata: { name: a }, spec: { ${more} template: { spec: ${pod} } } }`;
const container = (fields: string): string => workload(`{ containers: [{ name: x, ${fields} }] }`);
const role = (...rules: readonly string[]): string =>
  `{ apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: { name: r }, rules: [${rules.join()}] }`;
const rule = (groups: string, resources: string, verbs: string, more = ''): string =>
  `{ apiGroups: [${groups}], resources: [${resources}], verbs: [${verbs}] ${more} }`;

describe('restarts pods', () => {
  it('what stands in the pod template of what rolls its pods', () => {
    for (const kind of ['Deployment', 'DaemonSet', 'StatefulSet'])
      expect(does('restarts', workload('{ hostname: a }', kind), workload('{ hostname: b }', kind))).toEqual([
        '',
      ]);
  });

  it('nothing else of it, nothing where pods are deleted by hand, no cron job', () => {
    expect(
      does(
        'restarts',
        workload('{}', 'Deployment', 'replicas: 1,'),
        workload('{}', 'Deployment', 'replicas: 2,'),
      ),
    ).toEqual([]);
    const manual = 'updateStrategy: { type: OnDelete },';
    expect(
      does(
        'restarts',
        workload('{ hostname: a }', 'DaemonSet', manual),
        workload('{ hostname: b }', 'DaemonSet', manual),
      ),
    ).toEqual([]);
    const cron = (name: string): string =>
      `{ apiVersion: batch/v1, kind: CronJob, metadata: { name: a }, spec: { jobTemplate: { spec: { template: { spec: { hostname: ${name} } } } } } }`;
    expect(does('restarts', cron('a'), cron('b'))).toEqual([]);
  });
});

describe('gives more rights', () => {
  it.each([
    [
      'another verb',
      role(rule("''", 'pods', 'get')),
      role(rule("''", 'pods', 'get, delete')),
      ['delete pods'],
    ],
    [
      'another resource',
      role(rule("''", 'pods', 'get')),
      role(rule("''", 'pods, secrets', 'get')),
      ['get secrets'],
    ],
    [
      'another group',
      role(rule("''", 'pods', 'get')),
      role(rule('x.io', 'pods', 'get')),
      ['get pods of x.io'],
    ],
    [
      'everything',
      role(rule("''", 'pods', 'get')),
      role(rule("'*'", "'*'", "'*'")),
      ['* everything of any group'],
    ],
    [
      'more than one by name',
      role(rule("''", 'secrets', 'get', ', resourceNames: [a]')),
      role(rule("''", 'secrets', 'get')),
      ['get secrets'],
    ],
  ])('a rule: %s', (_, before, after, expected) => {
    expect(does('widens', before, after)).toEqual(expected);
    expect(does('widens', after, before).filter((what) => expected.includes(what))).toEqual([]);
  });

  it('a rule in other words gives none', () => {
    const apart = role(rule("''", 'pods', 'get'), rule("''", 'nodes', 'get'));
    const together = role(rule("''", 'nodes, pods', 'get'));
    expect(does('widens', apart, together)).toEqual([]);
    expect(does('widens', together, apart)).toEqual([]);
    expect(
      does('widens', role(rule("''", "'*/scale'", "'*'")), role(rule("''", 'pods/scale', 'get'))),
    ).toEqual([]);
    expect(
      does('widens', role(rule("''", "'*'", 'get')), role(rule("''", 'pods', 'get', ', resourceNames: [a]'))),
    ).toEqual([]);
  });

  it('a path of the server, below a known one or not', () => {
    const url = (path: string): string => role(`{ nonResourceURLs: ['${path}'], verbs: [get] }`);
    expect(does('widens', url('/metrics/*'), url('/metrics/a'))).toEqual([]);
    expect(does('widens', url('/metrics'), url('/logs'))).toEqual(['get /logs']);
  });

  it('a new role, a binding of more subjects, a binding to another role', () => {
    expect(does('widens', '', role(rule("''", 'pods', 'get')))).toEqual(['get pods']);
    const binding = (name: string, ...accounts: readonly string[]): string =>
      `{ apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: { name: b },
        roleRef: { kind: ClusterRole, name: ${name} },
        subjects: [${accounts.map((account) => `{ kind: ServiceAccount, namespace: ns, name: ${account} }`).join()}] }`;
    expect(does('widens', binding('x', 'a'), binding('x', 'a', 'b'))).toEqual([
      'ClusterRole x for ServiceAccount ns/b',
    ]);
    expect(does('widens', binding('x', 'a', 'b'), binding('x', 'a'))).toEqual([]);
    expect(does('widens', binding('x', 'a'), binding('z', 'a'))).toEqual([
      'ClusterRole z for ServiceAccount ns/a',
    ]);
    expect(does('widens', '', binding('x', 'a'))).toEqual(['ClusterRole x for ServiceAccount ns/a']);
  });

  it.each([
    [
      'privileged',
      container('tty: true'),
      container('tty: true, securityContext: { privileged: true }'),
      ['privileged'],
    ],
    ['the host’s network', workload('{}'), workload('{ hostNetwork: true }'), ['hostNetwork']],
    [
      'a capability',
      container('securityContext: { capabilities: { add: [A] } }'),
      container('securityContext: { capabilities: { add: [A, B] } }'),
      ['capability B'],
    ],
    [
      'a capability that is no longer dropped',
      container('securityContext: { capabilities: { drop: [ALL] } }'),
      container('securityContext: { }'),
      ['no more without capability ALL'],
    ],
    [
      'another path of the node',
      workload('{ volumes: [{ name: v, hostPath: { path: /a } }] }'),
      workload('{ volumes: [{ name: v, hostPath: { path: / } }] }'),
      ["the node's /"],
    ],
    [
      'a volume',
      workload('{}'),
      workload('{ volumes: [{ name: v, hostPath: { path: /a } }] }'),
      ["the node's /a"],
    ],
    [
      'a bound that goes',
      container('securityContext: { runAsNonRoot: true }'),
      container('securityContext: {}'),
      ['no more runAsNonRoot'],
    ],
  ])('a pod: %s', (_, before, after, expected) => {
    expect(does('widens', before, after)).toEqual(expected);
    expect(does('widens', after, before)).toEqual(expected[0] === "the node's /" ? ["the node's /a"] : []);
  });

  it('not in a text, nor in a schema', () => {
    const map = (text: string): string =>
      `{ apiVersion: v1, kind: ConfigMap, metadata: { name: a }, data: { privileged: ${text} } }`;
    expect(does('widens', map('false'), map('true'))).toEqual([]);
  });
});

describe('cannot be changed in place', () => {
  it('a selector, a roleRef, the content of a sealed ConfigMap', () => {
    const of = (label: string): string =>
      workload('{}', 'Deployment', `selector: { matchLabels: { a: ${label} } },`);
    expect(does('immutable', of('b'), of('c'))).toEqual(['']);
    expect(does('immutable', '', of('c'))).toEqual([]);
    // Of another name it is another object.
    expect(does('immutable', of('b'), of('c').replace('name: a', 'name: z'))).toEqual([]);
    const map = (text: string, more = ''): string =>
      `{ apiVersion: v1, kind: ConfigMap, metadata: { name: a }, data: { a: ${text} } ${more} }`;
    expect(does('immutable', map('b', ', immutable: true'), map('c', ', immutable: true'))).toEqual(['']);
    expect(does('immutable', map('b'), map('c'))).toEqual([]);
  });
});

describe('takes something away', () => {
  const crd = (versions: string): string =>
    `{ apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: { name: xs.x.io }, spec: { versions: [${versions}] } }`;
  const version = (name: string, served = true, properties = 'a: {}, b: {}'): string =>
    `{ name: ${name}, served: ${served}, schema: { openAPIV3Schema: { properties: { ${properties} } } } }`;

  it('an object, also one under its old name', () => {
    expect(does('lost', workload('{}'), '')).toEqual(['Deployment a']);
    const map = (name: string): string =>
      `{ apiVersion: v1, kind: ConfigMap, metadata: { name: ${name} }, data: { a: b, c: d } }`;
    expect(does('lost', map('p'), map('q'))).toEqual(['ConfigMap p']);
  });

  it('a version of a CRD, one that is no longer served, a field of what is stored', () => {
    const both = crd(`${version('v1')}, ${version('v2')}`);
    expect(does('lost', both, crd(version('v2')))).toEqual(['version v1']);
    expect(does('lost', both, crd(`${version('v1', false)}, ${version('v2')}`))).toEqual([
      'version v1, no more served',
    ]);
    expect(does('lost', crd(version('v1')), crd(version('v1', true, 'a: {}')))).toEqual([
      'field b of what is stored',
    ]);
    expect(does('lost', crd(version('v1')), both)).toEqual([]);
  });

  const schema = (text: string): string =>
    crd(`{ name: v1, served: true, schema: { openAPIV3Schema: { properties: { spec: ${text} } } } }`);
  it.each([
    [
      'a new required field',
      '{ properties: { a: {} } }',
      '{ required: [a], properties: { a: {} } }',
      ['objects without spec.a'],
    ],
    [
      'one of a list',
      '{ properties: { l: { items: { required: [x] } } } }',
      '{ properties: { l: { items: { required: [x, z] } } } }',
      ['objects without spec.l[].z'],
    ],
    ['fewer words', '{ enum: [a, b] }', '{ enum: [b, c] }', ['a of spec']],
    ['another type', '{ type: string }', '{ type: integer }', ['another type of spec']],
    ['a lower limit', '{ maxLength: 5 }', '{ maxLength: 4 }', ['another maxLength of spec']],
    ['a limit at all', '{ type: string }', '{ type: string, minLength: 4 }', ['another minLength of spec']],
  ])('what was valid, by the schema of a CRD: %s', (_, before, after, expected) => {
    expect(does('refuses', schema(before), schema(after))).toEqual(expected);
  });

  it.each([
    ['a higher limit', '{ maxLength: 5 }', '{ maxLength: 6 }'],
    [
      'a property that is called as a keyword',
      '{ properties: { a: {} } }',
      '{ properties: { a: {}, required: {} } }',
    ],
    [
      'a new field with required ones of its own',
      '{ properties: { a: {} } }',
      '{ properties: { a: {}, b: { required: [c] } } }',
    ],
    ['more words, and another description', '{ enum: [a] }', '{ enum: [a, b], description: d }'],
    ['what its controller writes', '{ }, status: { required: [a] }', '{ }, status: { required: [a, b] }'],
  ])('nothing, by %s', (_, before, after) => {
    expect(does('refuses', schema(before), schema(after))).toEqual([]);
  });
});
