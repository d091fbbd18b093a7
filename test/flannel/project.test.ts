import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { build, type Built } from '../../scripts/built.ts';
import { sha256 } from '../../scripts/fetch/snapshot.ts';
import { diffChart } from '../../scripts/io/chart-dir.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { getPath } from '../../scripts/json/tree.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { lintAndProve } from '../../scripts/validate.ts';
import { testEngines } from '../helpers/engines.ts';

const PROJECT = fileURLToPath(new URL('../../projects/flannel', import.meta.url));
const CHART = `${PROJECT}/chart`;
const MANIFEST = fileURLToPath(new URL('../fixtures/manifests/flannel.yaml', import.meta.url));
const engines = await testEngines();

let built: Built;
beforeAll(async () => {
  built = await build(PROJECT);
});

test('is made of the manifest of SOURCES.tsv, and committed as it is built', async () => {
  expect(built.lock.sha256).toBe(sha256(await readFile(MANIFEST)));
  expect(await diffChart(CHART, built.files)).toMatchObject({ changed: [], added: [], removed: [] });
});

test('is proved on every Helm: upstream exactly, and the defaults by three departures', async () => {
  const { findings, renders } = await lintAndProve(built, CHART, engines);
  expect([findings, renders]).toEqual([[], 2 * engines.length]);
  expect(built.model.departures.map(({ value }) => value).toSorted()).toEqual([
    'configChecksum',
    'namespace.create',
    'tolerations',
  ]);
});

test('another network of the pods rolls flanneld, another CNI configuration does not', async () => {
  const [helm] = engines;
  const annotations = async (values: JsonObject): Promise<unknown> => {
    const text = await helm?.template(CHART, { name: 'flannel', namespace: 'kube-flannel' }, values);
    const { resources } = parseManifest(text ?? '', 'rendered');
    const daemonSet = resources.find(({ kind }) => kind === 'DaemonSet');
    return daemonSet && getPath(daemonSet.object, 'spec.template.metadata.annotations');
  };
  const before = await annotations({});
  expect(before).toHaveProperty(['checksum/config']);
  expect(await annotations({ config: { netConf: { Network: '10.42.0.0/16' } } })).not.toEqual(before);
  expect(await annotations({ config: { cniConf: { name: 'other' } } })).toEqual(before);
});
