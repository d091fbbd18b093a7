import { describe, expect, it } from 'vitest';
import { container, does, workload } from './does.ts';

describe('restarts pods', () => {
  it('what stands in the pod template of what rolls its pods', () => {
    for (const kind of ['Deployment', 'DaemonSet', 'StatefulSet'])
      expect(does('restarts', workload('{ hostname: a }', kind), workload('{ hostname: b }', kind))).toEqual([
        '',
      ]);
  });

  it('another order of what Kubernetes tells apart by keys', () => {
    const [a, b] = ['{ name: A, value: a }', '{ name: B, value: $(A) }'];
    expect(does('restarts', container(`env: [${a}, ${b}]`), container(`env: [${b}, ${a}]`))).toEqual(['']);
  });

  it('nothing that the server has anyway', () => {
    const more =
      'args: [], stdin: false, terminationMessagePolicy: File, ports: [{ containerPort: 1, protocol: TCP }]';
    const [bare, full] = [
      container('ports: [{ containerPort: 1 }]'),
      workload(
        `{ terminationGracePeriodSeconds: 30, restartPolicy: Always, containers: [{ name: x, ${more} }] }`,
      ),
    ];
    expect(does('restarts', bare, full)).toEqual([]);
    expect(does('restarts', full, bare)).toEqual([]);
    expect(does('restarts', bare, full.replace('30', '31'))).toEqual(['']);
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

  it('a size that gets less, not one that grows', () => {
    const of = (size: string): string =>
      `{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: a }, spec: { resources: { requests: { storage: ${size} } } } }`;
    expect(does('immutable', of('10Gi'), of('9Gi'))).toEqual(['']);
    expect(does('immutable', of('1Gi'), of('1025Mi'))).toEqual([]);
  });

  it('nothing that the server has anyway', () => {
    const secret = (type: string): string =>
      `{ apiVersion: v1, kind: Secret, metadata: { name: a } ${type} }`;
    expect(does('immutable', secret(''), secret(', type: Opaque'))).toEqual([]);
    expect(does('immutable', secret(''), secret(', type: x.io/a'))).toEqual(['']);
    const set = (policy: string): string => workload('{}', 'StatefulSet', `podManagementPolicy: ${policy},`);
    expect(does('immutable', set('null'), set('OrderedReady'))).toEqual([]);
    expect(does('immutable', set('null'), set('Parallel'))).toEqual(['']);
  });
});

describe('takes something away', () => {
  it('an object, also one under its old name', () => {
    expect(does('lost', workload('{}'), '')).toEqual(['Deployment a']);
    const map = (name: string): string =>
      `{ apiVersion: v1, kind: ConfigMap, metadata: { name: ${name} }, data: { a: b, c: d } }`;
    expect(does('lost', map('p'), map('q'))).toEqual(['ConfigMap p']);
  });

  it('an object that names a namespace no more, or now: it may have been in another', () => {
    const map = (namespace: string): string =>
      `{ apiVersion: v1, kind: ConfigMap, metadata: { name: p, ${namespace} }, data: { a: b } }`;
    const [bare, named] = [map(''), map('namespace: ns')];
    expect(does('lost', named, bare)).toEqual(['ConfigMap ns/p, unless the release is in ns']);
    expect(does('lost', bare, named)).toEqual(['ConfigMap p, unless the release is in ns']);
  });
});
