import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../scripts/json/json.ts';
import { containersOf } from '../../scripts/page/pods.ts';

const SPEC: JsonObject = {
  initContainers: [{ name: 'before', image: 'a:1' }],
  containers: [
    {
      name: 'main',
      image: 'b:2',
      resources: { requests: { cpu: '10m' }, limits: { memory: 1024 } },
      volumeMounts: [
        { name: 'run', mountPath: '/run' },
        { name: 'config', mountPath: '/etc/a' },
        { name: 'gone', mountPath: '/x', readOnly: true },
      ],
    },
  ],
  volumes: [
    { name: 'run', hostPath: { path: '/run', type: 'Directory' } },
    { name: 'config', configMap: { name: 'a' } },
  ],
};

describe('the containers of an object', () => {
  it('have resources, and mounts with where they come from and who can write', () => {
    expect(containersOf({ kind: 'Deployment', spec: { template: { spec: SPEC } } })).toEqual([
      { name: 'before', init: true, image: 'a:1', resources: {}, mounts: [] },
      {
        name: 'main',
        init: false,
        image: 'b:2',
        resources: { 'requests.cpu': '10m', 'limits.memory': '1024' },
        mounts: [
          { at: '/run', volume: 'run', source: 'hostPath /run', readOnly: false },
          { at: '/etc/a', volume: 'config', source: 'configMap a', readOnly: true },
          { at: '/x', volume: 'gone', source: '', readOnly: true },
        ],
      },
    ]);
  });

  it.each<JsonObject>([
    { kind: 'Pod', spec: SPEC },
    { kind: 'CronJob', spec: { jobTemplate: { spec: { template: { spec: SPEC } } } } },
  ])('are found in a $kind', (object) => {
    expect(containersOf(object).map(({ name }) => name)).toEqual(['before', 'main']);
  });

  it.each<JsonObject>([
    { kind: 'ConfigMap', data: {} },
    { kind: 'Service', spec: { template: 'x' } },
    { kind: 'Pod' },
  ])('are none in %j', (object) => {
    expect(containersOf(object)).toEqual([]);
  });
});
