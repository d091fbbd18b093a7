import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '../../scripts/json/json.ts';
import { wanted } from '../../scripts/kubernetes/wanted.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { compare } from '../../scripts/review/compare.ts';
import { showObject } from '../../scripts/review/object-name.ts';
import { showPath } from '../../scripts/review/path.ts';
import { startCluster, type Cluster } from '../helpers/cluster.ts';
import { ROOT } from '../helpers/this-project.ts';
import { describeWith } from '../helpers/tools.ts';

const FOLDER = join(ROOT, 'test', 'fixtures', 'manifests');
const FILES = [
  join(ROOT, 'upstream', 'manifest.yaml'),
  ...readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(FOLDER, name)),
];

/** Objects as JSON that kubectl reads. */
function listOf(objects: readonly JsonObject[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
}

describeWith(['etcd', 'kube-apiserver'], 'what a real API server gives back', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.stop());

  it.each(FILES)('%s: nothing differs from what was applied', (file) => {
    const objects = parseManifest(readFileSync(file, 'utf8'), file).resources.map(({ object }) => object);
    const namespaces = new Set(objects.map((object) => (object['metadata'] as JsonObject)['namespace']));
    for (const name of namespaces)
      if (typeof name === 'string') cluster.kubectl(['create', 'namespace', name]);
    // What has no kind here (a custom resource, an aggregated API) is refused by itself.
    const taken = objects.filter(
      (object) => cluster.kubectl(['apply', '-f', '-'], JSON.stringify(object)).status === 0,
    );
    expect(taken.length).toBeGreaterThan(objects.length / 2);
    const text = cluster.mustKubectl(
      ['get', '-f', '-', '-o', 'yaml', '--show-managed-fields'],
      listOf(taken),
    );
    const live = parseManifest(text, 'kubectl').resources.map(({ object }) => wanted(object));
    expect(live.length).toBe(taken.length);
    const found = compare(live, taken, { live: true }).flatMap(({ object, changes }) =>
      changes.map(({ path, kind, before, after }) =>
        [showObject(object), kind, showPath(path), JSON.stringify(before), JSON.stringify(after)].join(' '),
      ),
    );
    expect(found).toEqual([]);
  });
});
