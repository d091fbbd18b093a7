import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { writeChart } from '../../scripts/io/chart-dir.ts';
import { testEngines } from '../helpers/engines.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import { copy } from '../../scripts/oci/copy.ts';
import { packageChart } from '../../scripts/package/artifact.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { artifactStore } from '../../scripts/publish/artifact-store.ts';
import { getPath } from '../../scripts/json/tree.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';
import { openOn } from '../oci/registry-setup.ts';
import { deployment, files } from './setup.ts';

const RELEASE = { name: 'infra-multus', namespace: 'kube-system' };
const LABELS = { 'example.org/site': 'a' };
const NETWORK = { name: 'prod', namespace: 'vms', config: { cniVersion: '1.0.0', type: 'bridge' } };
const WAVE = 'argocd.argoproj.io/sync-wave';
const KEPT = 'ServerSideApply=true,Prune=false,Delete=false';
/** Networks come and go with the values, but not with the Application. */
const NETWORK_KEPT = 'SkipDryRunOnMissingResource=true,Delete=false';
/** Argo CD waits for the CRD before it applies the rest, and for that before the networks. */
const IN_WAVES = [
  ['CustomResourceDefinition', '-1'],
  ['NetworkAttachmentDefinition', '1'],
];

interface Rendered {
  readonly kind: string;
  readonly labels: JsonObject;
  readonly annotations: JsonObject;
}

let folder = '';
let registry: FakeRegistry;

/** The chart in a registry, and the wrapper that names it there. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wrapper-'));
  registry = await fakeRegistry({ flavour: 'gitea' });
  const built = await thisProject();
  const artifact = await packageChart(built.files, built.lock.created);
  const store = await openOn(registry.host, `infra/${artifact.name}`);
  await copy(artifactStore(artifact), store, artifact.manifest.descriptor, { tag: artifact.version });
  const { values } = await deployment();
  const changes = {
    version: artifact.version,
    digest: artifact.manifest.descriptor.digest,
    repository: `${registry.host}/infra`,
    values: { ...values, commonLabels: LABELS, networkAttachmentDefinitions: [NETWORK] },
  };
  await writeChart(folder, await files(changes));
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true });
});

/** The objects that a chart renders, as Argo CD has them. */
async function rendered(helm: Helm, chart: string, values: JsonObject = {}): Promise<readonly Rendered[]> {
  const text = await helm.template(chart, RELEASE, values);
  return parseManifest(text, helm.version).resources.map(({ kind, object }) => {
    const { labels = {}, annotations = {} } = object['metadata'] as Readonly<Record<string, JsonObject>>;
    return { kind, labels, annotations };
  });
}

/** Objects outside wave 0. */
function waves(objects: readonly Rendered[]): readonly (readonly [string, unknown])[] {
  return objects
    .map(({ kind, annotations }) => [kind, annotations[WAVE]] as const)
    .filter(([, wave]) => wave !== undefined);
}

test('Helm takes the lock, brings the chart and renders it with the values of the site', async () => {
  const wrapper = join(folder, 'apps', 'multus');
  for (const helm of await testEngines()) {
    const { status, stderr } = await helm.exec(['dependency', 'build', wrapper, '--plain-http']);
    expect([helm.version, status, stderr]).toEqual([helm.version, 0, expect.any(String)]);
    const objects = await rendered(helm, wrapper);
    expect(objects.map(({ kind }) => kind)).toContain('DaemonSet');
    for (const { kind, labels, annotations } of objects) {
      expect(labels).toMatchObject(LABELS);
      const network = kind === 'NetworkAttachmentDefinition';
      expect(annotations['argocd.argoproj.io/sync-options']).toBe(network ? NETWORK_KEPT : KEPT);
      // Argo CD would make a hook of Helm's a hook of its own, outside the waves.
      expect(annotations).not.toHaveProperty(['helm.sh/hook']);
    }
    expect(waves(objects)).toEqual(IN_WAVES);
  }
});

/** Npm's Helm that the command warns of: a null in a parent's values leaves the default below. */
const LOSES_NULL = '4.2.3';

test('a null in the wrapper’s values is lost by one Helm, a null in the Application’s by none', async () => {
  const wrapper = join(folder, 'apps', 'multus');
  const file = join(wrapper, 'values.yaml');
  const before = await readFile(file, 'utf8');
  const values = { daemonConfig: { logLevel: null } };
  const application = parse((await files({ values })).get('application.yaml') ?? '') as JsonObject;
  const own = parse(String(getPath(application, 'spec.source.helm.values'))) as JsonObject;
  await writeFile(file, JSON.stringify({ multus: values }));
  for (const helm of await testEngines()) {
    await helm.exec(['dependency', 'build', wrapper, '--plain-http']);
    const inWrapper = await helm.template(wrapper, RELEASE, {});
    expect([helm.version, inWrapper.includes('logLevel')]).toEqual([
      helm.version,
      helm.version === LOSES_NULL,
    ]);
    expect(await helm.template(join(ROOT, 'chart'), RELEASE, own)).not.toContain('logLevel');
  }
  await writeFile(file, before);
});

test('without the values of the site the CRD is kept and first, and networks wait as a hook', async () => {
  for (const helm of await testEngines()) {
    const objects = await rendered(helm, join(ROOT, 'chart'), { networkAttachmentDefinitions: [NETWORK] });
    expect(waves(objects)).toEqual(IN_WAVES);
    for (const { kind, annotations } of objects) {
      const crd = kind === 'CustomResourceDefinition';
      const network = kind === 'NetworkAttachmentDefinition';
      expect('helm.sh/hook' in annotations).toBe(network);
      if (crd) expect(annotations['argocd.argoproj.io/sync-options']).toBe('Prune=false,Delete=false');
      else if (!network) expect(annotations).toEqual({});
    }
  }
});

test('a lock with another digest is what Helm calls out of sync', async () => {
  const wrapper = join(folder, 'apps', 'multus');
  const lock = await readFile(join(wrapper, 'Chart.lock'), 'utf8');
  await writeFile(
    join(wrapper, 'Chart.lock'),
    lock.replace(/^digest: sha256:\w+/m, `digest: sha256:${'0'.repeat(64)}`),
  );
  for (const helm of await testEngines()) {
    const { status, stderr } = await helm.exec(['dependency', 'build', wrapper, '--plain-http']);
    expect([helm.version, status]).toEqual([helm.version, 1]);
    expect(stderr).toContain('out of sync');
  }
});
