import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../scripts/json/json.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { compare } from '../../scripts/review/compare.ts';
import { showObject } from '../../scripts/review/object-name.ts';
import { showPath } from '../../scripts/review/path.ts';

/** Objects of a text in YAML. */
function objects(text: string): readonly JsonObject[] {
  return parseManifest(text, 'm.yaml').resources.map(({ object }) => object);
}

/** Every change in one line. */
function told(before: string, after: string, live = false): readonly string[] {
  return compare(objects(before), objects(after), { live }).flatMap(({ object, was, changes }) =>
    changes.map(({ path, kind, before: old, after: now }) => {
      const name = was === undefined ? showObject(object) : `${showObject(was)} → ${showObject(object)}`;
      return [name, kind, showPath(path), JSON.stringify(old), JSON.stringify(now)]
        .filter((word) => word)
        .join(' ');
    }),
  );
}

const workload = (spec: string, more = ''): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: a }
spec:
  template:
    spec: ${spec}
${more}`;

const POD = 'Deployment a';
const AT = 'spec.template.spec';

describe('lists by Kubernetes’ merge keys', () => {
  it('finds a container by its name, wherever it stands', () => {
    expect(
      told(
        workload('{ containers: [{ name: x, image: i:1 }, { name: z, image: j:1 }] }'),
        workload('{ containers: [{ name: z, image: j:2 }, { name: x, image: i:1 }] }'),
      ),
    ).toEqual([
      `${POD} moved ${AT}.containers ["x","z"] ["z","x"]`,
      `${POD} changed ${AT}.containers.[name=z].image "j:1" "j:2"`,
    ]);
  });

  it('takes a key that is left out for what the server takes it for', () => {
    const ports = (list: string): string => workload(`{ containers: [{ name: x, ports: ${list} }] }`);
    expect(
      told(
        ports('[{ containerPort: 80 }, { containerPort: 80, protocol: UDP }]'),
        ports('[{ containerPort: 80, protocol: UDP, name: dns }, { containerPort: 80, protocol: TCP }]'),
      ),
    ).toEqual([
      `${POD} moved ${AT}.containers.[name=x].ports ["80,TCP","80,UDP"] ["80,UDP","80,TCP"]`,
      `${POD} added ${AT}.containers.[name=x].ports.[containerPort=80,protocol=UDP].name "dns"`,
      `${POD} added ${AT}.containers.[name=x].ports.[containerPort=80,protocol=TCP].protocol "TCP"`,
    ]);
  });

  it('takes finalizers for a set', () => {
    const of = (list: string): string =>
      `{ apiVersion: v1, kind: Secret, metadata: { name: a, finalizers: ${list} } }`;
    expect(told(of('[x.io/a, x.io/b]'), of('[x.io/b, x.io/c]'))).toEqual([
      String.raw`Secret a added metadata.finalizers.[=x.io/c] "x.io/c"`,
      String.raw`Secret a removed metadata.finalizers.[=x.io/a] "x.io/a"`,
    ]);
  });

  it('takes a list that is only replaced for one value, a list without keys in a custom resource too', () => {
    expect(
      told(workload('{ tolerations: [{ key: a }] }'), workload('{ tolerations: [{ key: b }, { key: a }] }')),
    ).toEqual([`${POD} changed ${AT}.tolerations [{"key":"a"}] [{"key":"b"},{"key":"a"}]`]);
    const own = (list: string): string =>
      `{ apiVersion: x.io/v1, kind: X, metadata: { name: a }, spec: { list: ${list} } }`;
    expect(told(own('[1, 2]'), own('[2, 1]'))).toEqual(['X a changed spec.list [1,2] [2,1]']);
    expect(told(own('[{ name: p, v: 1 }]'), own('[{ name: p, v: 2 }]'))).toEqual([
      'X a changed spec.list.[name=p].v 1 2',
    ]);
    expect(told(own('[{ name: p }, { name: p }]'), own('[{ name: p }]'))).toEqual([
      'X a changed spec.list [{"name":"p"},{"name":"p"}] [{"name":"p"}]',
    ]);
  });

  it('tells another order where it has a meaning, and only there', () => {
    const two = (list: string, names: readonly string[]): string =>
      workload(`{ ${list}: [${names.map((name) => `{ name: ${name} }`).join()}] }`);
    expect(told(two('initContainers', ['x', 'z']), two('initContainers', ['z', 'x']))).toEqual([
      `${POD} moved ${AT}.initContainers ["x","z"] ["z","x"]`,
    ]);
    expect(told(two('containers', ['x', 'z']), two('containers', ['z', 'x']))).toEqual([
      `${POD} moved ${AT}.containers ["x","z"] ["z","x"]`,
    ]);
    const service = (...ports: readonly number[]): string =>
      `{ apiVersion: v1, kind: Service, metadata: { name: a }, spec: { ports: [${ports.map((port) => `{ port: ${port} }`).join()}] } }`;
    expect(told(service(1, 2), service(2, 1))).toEqual([]);
    const own = (list: string): string =>
      `{ apiVersion: x.io/v1, kind: X, metadata: { name: a }, steps: ${list} }`;
    expect(told(own('[{ name: p }, { name: q }]'), own('[{ name: q }, { name: p }]'))).toEqual([
      'X a moved steps ["p","q"] ["q","p"]',
    ]);
  });
});

describe('what is the same in other words', () => {
  it('knows an object in another version of its group, but not of another group', () => {
    const of = (version: string): string => `{ apiVersion: ${version}, kind: X, metadata: { name: a } }`;
    expect(told(of('x.io/v1beta1'), of('x.io/v1'))).toEqual([
      'X a changed apiVersion "x.io/v1beta1" "x.io/v1"',
    ]);
    expect(told(of('x.io/v1'), of('y.io/v1')).map((line) => line.slice(0, 11))).toEqual([
      'X a added {',
      'X a removed',
    ]);
  });

  it('knows quantities by their amount, in fields of quantities only', () => {
    const of = (cpu: string): string =>
      workload(`{ containers: [{ name: x, resources: { limits: { cpu: ${cpu} } } }] }`);
    expect(told(of('"0.5"'), of('500m'))).toEqual([]);
    expect(told(of('1024Mi'), of('1Gi'))).toEqual([]);
    expect(told(of('500m'), of('501m'))).toHaveLength(1);
    expect(told(of('1G'), of('1Gi'))).toHaveLength(1);
    const map = (text: string): string =>
      `{ apiVersion: v1, kind: ConfigMap, metadata: { name: a }, data: { cpu: '${text}' } }`;
    expect(told(map('0.5'), map('500m'))).toHaveLength(1);
  });

  it('takes a map or a keyed list that is not there for an empty one, but no other field', () => {
    expect(told(workload('{ nodeSelector: {} }'), workload('{ nodeSelector: null }'))).toEqual([]);
    expect(told(workload('{ volumes: [] }'), workload('{ hostNetwork: true }'))).toEqual([
      `${POD} added ${AT}.hostNetwork true`,
    ]);
    expect(
      told(workload('{ volumes: [{ name: v }] }'), workload('{ volumes: [{ name: v, emptyDir: {} }] }')),
    ).toEqual([`${POD} added ${AT}.volumes.[name=v].emptyDir {}`]);
  });
});

describe('other names', () => {
  const content = 'data: { a: one, b: two, c: three }';
  const map = (name: string, namespace = '', data = content): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}${namespace && `, namespace: ${namespace}`} }\n${data}\n`;

  it('knows an object of much the same content, or of the name in another namespace', () => {
    expect(told(map('old'), map('new', '', 'data: { a: one, b: two, c: three, d: four }'))).toEqual([
      'ConfigMap old → ConfigMap new renamed metadata.name "old" "new"',
      'ConfigMap old → ConfigMap new added data.d "four"',
    ]);
    expect(told(map('x', 'p', 'data: { a: b }'), map('x', 'q', 'data: { a: b, c: d }'))).toEqual([
      'ConfigMap p/x → ConfigMap q/x renamed metadata.namespace "p" "q"',
      'ConfigMap p/x → ConfigMap q/x added data.c "d"',
    ]);
  });

  it('does not take two things for one that have little in common, or are of two kinds', () => {
    expect(told(map('old'), map('new', '', 'data: { a: one, x: y, y: z }'))).toHaveLength(2);
    expect(told(map('old'), map('new').replace('ConfigMap', 'Secret'))).toHaveLength(2);
  });

  it('knows a container by its content, and a port by its name', () => {
    const of = (container: string): string => workload(`{ containers: [${container}] }`);
    const rest = 'image: i:1, command: [run], workingDir: /x';
    expect(told(of(`{ name: old, ${rest} }`), of(`{ name: new, ${rest}, tty: true }`))).toEqual([
      `${POD} renamed ${AT}.containers.[name=new].name "old" "new"`,
      `${POD} added ${AT}.containers.[name=new].tty true`,
    ]);
    const port = (number: number): string =>
      of(`{ name: x, ports: [{ name: http, containerPort: ${number} }] }`);
    expect(told(port(80), port(8080))).toEqual([
      `${POD} renamed ${AT}.containers.[name=x].ports.[containerPort=8080,protocol=TCP].containerPort 80 8080`,
    ]);
  });
});

describe('out of a cluster', () => {
  it('what the server filled in is no difference, what somebody set is', () => {
    const live = workload(
      `{ dnsPolicy: ClusterFirst, restartPolicy: Always, priorityClassName: high, containers: [
        { name: x, image: i, imagePullPolicy: Always, terminationMessagePath: /dev/termination-log, resources: {} }] }`,
      '  replicas: 1\n  revisionHistoryLimit: 3\n',
    );
    const chart = workload('{ containers: [{ name: x, image: i }] }');
    expect(told(live, chart, true)).toEqual([
      `${POD} removed ${AT}.priorityClassName "high"`,
      `${POD} removed spec.revisionHistoryLimit 3`,
    ]);
    expect(told(live, chart).length).toBeGreaterThan(6);
  });

  it('nor what a server takes for nothing, or fills in inside a list that it only replaces', () => {
    const hook = (rule: string, more = ''): string =>
      `{ apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: { name: a }, webhooks: [{ name: h, rules: [${rule}] }] ${more} }`;
    expect(
      told(hook("{ resources: [pods], scope: '*' }"), hook('{ resources: [pods] }', ', status: {}'), true),
    ).toEqual([]);
    expect(
      told(hook('{ resources: [pods], scope: Cluster }'), hook('{ resources: [pods] }'), true),
    ).toHaveLength(1);
    expect(told(workload('{ hostname: a }'), workload('{ hostname: a, hostNetwork: false }'), true)).toEqual(
      [],
    );
    const root = (user: string): string => workload(`{ securityContext: ${user} }`);
    expect(told(root('{}'), root('{ runAsUser: 0 }'), true)).toHaveLength(1);
  });

  it('a default that the chart changes is one', () => {
    expect(
      told(workload('{ dnsPolicy: ClusterFirst }'), workload('{ dnsPolicy: Default }'), true),
    ).toHaveLength(1);
  });
});

describe('an object that names no namespace', () => {
  const map = (namespace: string, data = 'a'): string =>
    `{ apiVersion: v1, kind: ConfigMap, metadata: { name: x${namespace && `, namespace: ${namespace}`} }, data: { k: ${data} } }`;

  it('is the one that the cluster has in the namespace of the release', () => {
    expect(told(map('apps', 'b'), map(''), true)).toEqual(['ConfigMap x changed data.k "b" "a"']);
    expect(told(map('apps'), map(''), true)).toEqual([]);
  });

  it('gets one, which is told, but is no other name', () => {
    expect(told(map(''), map('apps'))).toEqual(['ConfigMap apps/x added metadata.namespace "apps"']);
  });

  it('is none of two', () => {
    const two = `${map('apps')}\n---\n${map('other', 'z')}`;
    expect(told(two, map(''), true).map((line) => line.replace(/ \{.*/, ''))).toContain(
      'ConfigMap other/x removed',
    );
  });
});
