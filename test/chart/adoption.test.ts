import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { testEngines } from '../../scripts/io/helm-engines.ts';
import type { JsonObject } from '../../scripts/parse/manifest.ts';
import { parseManifest } from '../../scripts/parse/parse.ts';
import { compareObjects } from '../../scripts/validate/compare.ts';
import { immutableChanges, lostObjects } from '../helpers/adoption.ts';
import { hasShared, readShared } from '../helpers/shared-files.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';

const RUNNING = 'running/multus.yaml';

function objectsOf(text: string, name: string): readonly JsonObject[] {
  return parseManifest(text, name).resources.map(({ object }) => object);
}

/** What changes, as the adoption guide groups it. */
const EXPECTED = [
  'ClusterRole/multus metadata.annotations',
  'ClusterRole/multus metadata.labels',
  'ClusterRoleBinding/multus metadata.annotations',
  'ClusterRoleBinding/multus metadata.labels',
  'ConfigMap/multus-daemon-config metadata.annotations',
  'ConfigMap/multus-daemon-config metadata.labels',
  'CustomResourceDefinition/network-attachment-definitions.k8s.cni.cncf.io metadata.annotations',
  'CustomResourceDefinition/network-attachment-definitions.k8s.cni.cncf.io metadata.labels',
  'CustomResourceDefinition/network-attachment-definitions.k8s.cni.cncf.io spec.versions',
  'DaemonSet/kube-multus-ds metadata.annotations',
  'DaemonSet/kube-multus-ds metadata.labels',
  'DaemonSet/kube-multus-ds spec.template.metadata.annotations',
  'DaemonSet/kube-multus-ds spec.template.spec.containers.0.image',
  'DaemonSet/kube-multus-ds spec.template.spec.initContainers.0.command',
  'DaemonSet/kube-multus-ds spec.template.spec.initContainers.0.image',
  'ServiceAccount/multus metadata.annotations',
  'ServiceAccount/multus metadata.labels',
];

function grouped(object: string, path: readonly (string | number)[]): string {
  const depth =
    path[0] === 'metadata' || path[1] === 'versions' ? 2 : path[2] === 'metadata' ? 4 : path.length;
  return `${object} ${path.slice(0, depth).join('.')}`;
}

describe.skipIf(!hasShared(RUNNING))('adoption of what runs (skipped without ../shared)', () => {
  let running: readonly JsonObject[];
  let adopted: readonly (readonly JsonObject[])[];

  beforeAll(async () => {
    running = objectsOf(readShared(RUNNING), RUNNING);
    const { project } = await thisProject();
    const values = project.recipe.argocd?.values ?? {};
    const engines = await testEngines();
    const release = { name: 'infra-multus', namespace: 'kube-system' };
    adopted = await Promise.all(
      engines.map(async (helm) =>
        objectsOf(await helm.template(join(ROOT, 'chart'), release, values), helm.version),
      ),
    );
  });

  it('loses no object', () => {
    for (const objects of adopted) expect(lostObjects(running, objects)).toEqual([]);
  });

  it('changes no immutable field', () => {
    for (const objects of adopted) expect(immutableChanges(running, objects)).toEqual([]);
  });

  it('changes exactly what the guide lists', () => {
    for (const objects of adopted) {
      const changes = compareObjects(running, objects).map(({ object, path }) => grouped(object, path));
      expect([...new Set(changes)].toSorted()).toEqual(EXPECTED);
    }
  });

  it('names every changed kind and field in the guide', () => {
    const guide = readFileSync(join(ROOT, 'docs', 'adoption.md'), 'utf8');
    for (const field of [
      'containers.0.image',
      'initContainers.0.command',
      'checksum/config',
      'resource-policy',
    ]) {
      expect(guide).toContain(field);
    }
  });

  it('would be seen if a selector changed or an object went', () => {
    const renamed = running.map((object) => structuredClone(object));
    const daemonSet = renamed.find(({ kind }) => kind === 'DaemonSet') as
      | { spec: { selector: unknown } }
      | undefined;
    if (daemonSet !== undefined) daemonSet.spec.selector = { matchLabels: { app: 'other' } };
    expect(immutableChanges(running, renamed)).toEqual(['DaemonSet/kube-multus-ds spec.selector']);
    expect(lostObjects(running, running.slice(1))).toHaveLength(1);
  });
});
