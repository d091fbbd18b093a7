import { describe, expect, it } from 'vitest';
import { container, does, role, rule, workload } from './does.ts';

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

  it('of every name where it was of one that is called *', () => {
    const of = (more: string): string => role(rule("''", 'secrets', 'get', more));
    expect(does('widens', of(", resourceNames: ['*']"), of(''))).toEqual(['get secrets']);
    expect(does('widens', of(''), of(", resourceNames: ['*']"))).toEqual([]);
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

  it.each([
    ['runAsUser other than root', 'securityContext: { runAsUser: 1000 }', 'securityContext: {}'],
    ['seccompProfile', 'securityContext: { seccompProfile: { type: RuntimeDefault } }', 'tty: true'],
    [
      'readOnly',
      'volumeMounts: [{ name: v, mountPath: /v, readOnly: true }]',
      'volumeMounts: [{ name: v, mountPath: /v }]',
    ],
  ])('a bound that goes: %s', (bound, before, after) => {
    expect(does('widens', container(before), container(after))).toEqual([`no more ${bound}`]);
    expect(does('widens', container(after), container(before))).toEqual([]);
  });

  it('nothing by what held a container that goes', () => {
    const held = '{ name: z, securityContext: { runAsNonRoot: true, capabilities: { drop: [ALL] } } }';
    const [one, two] = [workload('{ containers: [{ name: x }] }'), `{ containers: [{ name: x }, ${held}] }`];
    expect(does('widens', workload(two), one)).toEqual([]);
  });

  it.each([
    ['mountPropagation: Bidirectional', 'volumeMounts: [{ name: v, mountPath: /v, ', ' }]'],
    ['hostProcess: true', 'securityContext: { windowsOptions: { ', ' } }'],
    ['type: spc_t', 'securityContext: { seLinuxOptions: { ', ' } }'],
  ])('a pod: %s', (right, before, after) => {
    expect(does('widens', container(before + after), container(before + right + after))).toEqual([
      right.replace(': true', ''),
    ]);
  });

  it('a pod with the rights of another account', () => {
    const of = (name: string): string => workload(`{ serviceAccountName: ${name} }`);
    expect(does('widens', of('a'), of('z'))).toEqual(['the rights of ServiceAccount z']);
    expect(does('widens', workload('{}'), of('z'))).toEqual(['the rights of ServiceAccount z']);
    // Of a new one its bindings say it.
    expect(does('widens', '', of('z'))).toEqual([]);
  });

  it('a role or a binding in another namespace', () => {
    const at = (namespace: string, text: string): string =>
      text.replace('name: r', `name: r, namespace: ${namespace}`);
    const reader = role(rule("''", 'secrets', 'get'));
    expect(does('widens', at('a', reader), at('b', reader))).toEqual(['get secrets']);
    const binding =
      '{ apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: { name: r }, roleRef: { kind: Role, name: x }, subjects: [{ kind: User, name: u }] }';
    expect(does('widens', at('a', binding), at('b', binding))).toEqual(['Role x for User u']);
  });

  it('a role that takes the rules of others, or gives its own to them, a new one too', () => {
    const of = (labels: string, more: string): string =>
      `{ apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: { name: r, labels: ${labels} } ${more} }`;
    const selectors = (...labels: readonly string[]): string =>
      `, aggregationRule: { clusterRoleSelectors: [${labels.map((label) => `{ matchLabels: { ${label} } }`).join()}] }`;
    const label = '{ rbac.authorization.k8s.io/aggregate-to-admin: "true" }';
    const joins = 'its rules become those of admin';
    expect(does('widens', '', of(label, selectors('a: b')))).toEqual(['rules of other roles', joins]);
    expect(does('widens', of('{ x: z }', ''), of(label, ''))).toEqual([joins]);
    const [one, two] = [selectors('a: b'), selectors('a: b', 'c: d')];
    expect(does('widens', of('{}', one), of('{}', two))).toEqual(['rules of other roles']);
    expect(does('widens', of('{}', two), of('{}', one))).toEqual([]);
    expect(does('widens', of('{}', two), of('{}', ''))).toEqual([]);
  });

  it('an account whose pods get its token', () => {
    const of = (more: string): string =>
      `{ apiVersion: v1, kind: ServiceAccount, metadata: { name: a } ${more} }`;
    const held = of(', automountServiceAccountToken: false');
    expect(does('widens', held, of(''))).toEqual(['no more automountServiceAccountToken: false']);
    expect(does('widens', of(''), held)).toEqual([]);
  });

  it('a namespace that holds its pods to less', () => {
    const of = (level: string): string =>
      `{ apiVersion: v1, kind: Namespace, metadata: { name: a, labels: { pod-security.kubernetes.io/enforce: ${level} } } }`;
    expect(does('widens', of('restricted'), of('baseline'))).toEqual([
      'no more pod-security.kubernetes.io/enforce: restricted',
    ]);
    expect(does('widens', of('privileged'), of('restricted'))).toEqual([]);
  });

  it('not in a text, nor in a schema', () => {
    const map = (text: string): string =>
      `{ apiVersion: v1, kind: ConfigMap, metadata: { name: a }, data: { privileged: ${text} } }`;
    expect(does('widens', map('false'), map('true'))).toEqual([]);
  });
});
