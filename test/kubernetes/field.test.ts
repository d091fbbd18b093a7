import { describe, expect, it } from 'vitest';
import { elementType, fieldAt, objectType } from '../../scripts/kubernetes/field.ts';

const daemonSet = (path: string): ReturnType<typeof fieldAt> =>
  fieldAt(
    'apps/v1',
    'DaemonSet',
    path === '' ? [] : path.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
  );

describe('fieldAt', () => {
  it.each([
    ['', 'apps.v1.DaemonSet'],
    ['spec.template.spec.containers', '[]core.v1.Container'],
    ['spec.template.spec.containers.0.resources', 'core.v1.ResourceRequirements'],
    ['spec.template.spec.containers.0.resources.limits.memory', 'quantity'],
    ['spec.template.spec.nodeSelector', 'map[string]string'],
    ['spec.template.spec.nodeSelector.kubernetes', 'string'],
    ['spec.updateStrategy.rollingUpdate.maxUnavailable', 'int-or-string'],
    ['spec.minReadySeconds', 'integer'],
    ['spec.template.spec.hostNetwork', 'boolean'],
  ])('%s is %s', (path, type) => {
    expect(daemonSet(path)?.type).toBe(type);
  });

  it('knows by which keys the elements of a list are told apart', () => {
    expect(daemonSet('spec.template.spec.volumes')?.keys).toEqual(['name']);
    expect(daemonSet('spec.template.spec.containers.0.ports')?.keys).toEqual(['containerPort', 'protocol']);
    expect(daemonSet('spec.template.spec.containers.0.volumeMounts')?.keys).toEqual(['mountPath']);
    expect(daemonSet('spec.template.spec.tolerations')?.keys).toBeUndefined();
  });

  it.each(['spec.nosuch', 'spec.template.spec.hostNetwork.below', 'spec.constructor', '__proto__', 'status'])(
    'knows no %s',
    (path) => {
      expect(daemonSet(path)).toBeUndefined();
    },
  );

  it('knows no kind that Kubernetes itself does not serve', () => {
    expect(fieldAt('example.org/v1', 'DaemonSet', [])).toBeUndefined();
    expect(fieldAt('apps/v1', 'constructor', [])).toBeUndefined();
  });
});

describe('types', () => {
  it('every field is of a type that is known', () => {
    const unknown: string[] = [];
    const seen = new Set<string>();
    const visit = (type: string): void => {
      const element = elementType(type);
      if (element !== undefined) visit(element);
      else if (type.includes('.') && !seen.has(type)) {
        seen.add(type);
        const known = objectType(type);
        if (known === undefined) unknown.push(type);
        else Object.values(known.fields).forEach((field) => visit(field.type));
      }
    };
    ['apps.v1.Deployment', 'apiextensions.v1.CustomResourceDefinition', 'core.v1.PersistentVolume'].forEach(
      visit,
    );
    expect(unknown).toEqual([]);
    expect(seen.size).toBeGreaterThan(100);
  });
});
