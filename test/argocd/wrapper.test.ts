import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeChart } from '../../scripts/io/chart-dir.ts';
import { testEngines } from '../../scripts/io/helm-engines.ts';
import { copy } from '../../scripts/oci/copy.ts';
import { packageChart } from '../../scripts/package/artifact.ts';
import type { JsonObject } from '../../scripts/parse/manifest.ts';
import { parseManifest } from '../../scripts/parse/parse.ts';
import { artifactStore } from '../../scripts/publish/artifact-store.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { thisProject } from '../helpers/this-project.ts';
import { openOn } from '../oci/registry-setup.ts';
import { deployment, files } from './setup.ts';

const RELEASE = { name: 'infra-multus', namespace: 'kube-system' };
const LABELS = { 'example.org/site': 'a' };

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
    values: { ...values, commonLabels: LABELS },
  };
  await writeChart(folder, await files(changes));
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true });
});

test('Helm takes the lock, brings the chart and renders it with the values of the site', async () => {
  const wrapper = join(folder, 'apps', 'multus');
  for (const helm of await testEngines()) {
    const { status, stderr } = await helm.exec(['dependency', 'build', wrapper, '--plain-http']);
    expect([helm.version, status, stderr]).toEqual([helm.version, 0, expect.any(String)]);
    const text = await helm.template(wrapper, RELEASE, {});
    const objects = parseManifest(text, helm.version).resources.map(({ object }) => object);
    expect(objects.map(({ kind }) => kind)).toContain('DaemonSet');
    for (const object of objects) {
      const { labels, annotations } = object['metadata'] as Readonly<Record<string, JsonObject>>;
      expect(labels).toMatchObject(LABELS);
      expect(String(annotations?.['argocd.argoproj.io/sync-options'])).toMatch(
        object['kind'] === 'CustomResourceDefinition'
          ? /^ServerSideApply=true,Prune=false,Delete=false$/
          : /^ServerSideApply=true,Prune=false$/,
      );
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
