import { expect, test } from 'vitest';
import { indexOfNamesake } from '../../scripts/page/namesake.ts';

test('of several of one kind and name it is that of the namespace, where one is there', () => {
  const role = { kind: 'Role', name: 'prometheus-k8s' };
  const all = [
    { ...role, kind: 'RoleBinding', namespace: 'kube-system' },
    { ...role, namespace: 'default' },
    { ...role, namespace: 'kube-system' },
  ];
  expect(indexOfNamesake({ ...role, namespace: 'kube-system' }, all)).toBe(2);
  expect(indexOfNamesake({ ...role, namespace: 'elsewhere' }, all)).toBe(1);
  expect(indexOfNamesake({ ...role, name: 'other', namespace: 'default' }, all)).toBe(-1);
});
