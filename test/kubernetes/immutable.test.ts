import { describe, expect, it } from 'vitest';
import { fieldAt } from '../../scripts/kubernetes/field.ts';
import { isImmutable } from '../../scripts/kubernetes/immutable.ts';

const at = (apiVersion: string, kind: string, path: string): boolean =>
  isImmutable(apiVersion, kind, path.split('.'));

describe('isImmutable', () => {
  it.each([
    ['apps/v1', 'DaemonSet', 'spec.selector.matchLabels.app'],
    ['apps/v1', 'StatefulSet', 'spec.serviceName'],
    ['apps/v1', 'StatefulSet', 'spec.volumeClaimTemplates.0.spec'],
    ['batch/v1', 'Job', 'spec.template.spec.containers.0.image'],
    ['v1', 'Service', 'spec.clusterIP'],
    ['v1', 'PersistentVolumeClaim', 'spec.storageClassName'],
    ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'roleRef.name'],
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'spec.scope'],
  ])('%s %s %s cannot be changed', (apiVersion, kind, path) => {
    expect(at(apiVersion, kind, path)).toBe(true);
    expect(fieldAt(apiVersion, kind, path.split('.').slice(0, 2))).toBeDefined();
  });

  it.each([
    ['apps/v1', 'DaemonSet', 'spec.template.spec.containers.0.image'],
    ['apps/v1', 'StatefulSet', 'spec.template.metadata.labels.a'],
    ['apps/v1', 'StatefulSet', 'spec.replicas'],
    ['batch/v1', 'Job', 'spec.parallelism'],
    ['batch/v1', 'CronJob', 'spec.jobTemplate.spec.template'],
    ['v1', 'ConfigMap', 'data.a'],
    ['example.org/v1', 'DaemonSet', 'spec.selector'],
    ['v1', 'constructor', 'name'],
  ])('%s %s %s can', (apiVersion, kind, path) => {
    expect(at(apiVersion, kind, path)).toBe(false);
  });
});
