import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testEngines } from '../helpers/engines.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { apply } from '../../scripts/oracle/apply.ts';
import { compareObjects, showDifference } from '../../scripts/oracle/compare.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';

/** The chart as a dependency of another one: what its values say stands below the chart's name. */
const RELEASE = { name: 'site', namespace: 'kube-system' };

/** Everything that a default or a platform says left out, without a single null. */
const NOTHING: JsonObject = {
  platform: 'k3s',
  image: { tag: '' },
  resources: { requests: { cpu: '', memory: '' }, limits: { memory: '' } },
  installer: { resources: { requests: { cpu: '', memory: '' }, limits: {} } },
  mounts: {
    cniConfig: { hostPath: '' },
    cniBin: { hostPath: '', linkTargets: '' },
    varLibKubelet: { hostPath: '' },
    runNetns: { hostPath: '' },
  },
  daemonConfig: {
    chrootDir: '',
    logLevel: '',
    multusConfigFile: '',
    logFile: '',
    logOptions: {},
    binDir: '',
  },
  updateStrategy: { type: 'OnDelete', rollingUpdate: {} },
  nodeSelector: { 'kubernetes.io/os': '' },
  priorityClassName: '',
  tolerations: [],
};

/** The same by null: what the chart makes of it where Helm hands it on. */
const NULLS: JsonObject = {
  platform: 'k3s',
  image: { tag: null },
  resources: { requests: null, limits: null },
  installer: { resources: { requests: null, limits: null } },
  mounts: {
    cniConfig: { hostPath: null },
    cniBin: { hostPath: null, linkTargets: '' },
    varLibKubelet: { hostPath: null },
    runNetns: { hostPath: null },
  },
  daemonConfig: {
    chrootDir: null,
    logLevel: null,
    multusConfigFile: null,
    logFile: null,
    logOptions: null,
    binDir: null,
  },
  updateStrategy: { type: 'OnDelete', rollingUpdate: null },
  nodeSelector: null,
  priorityClassName: null,
  tolerations: null,
};

const folder = await mkdtemp(join(tmpdir(), 'parent-'));
const { project, manifest, model } = await thisProject();
const chart = { recipe: project.recipe, manifest, defaults: model.defaults };

beforeAll(async () => {
  await cp(join(ROOT, 'chart'), join(folder, 'charts', 'multus'), { recursive: true });
  await writeFile(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: site\nversion: 1.0.0\n');
});
afterAll(() => rm(folder, { recursive: true }));

/** What the chart renders with values that its parent's values.yaml gives it. */
async function rendered(helm: Helm, values: JsonObject): Promise<readonly JsonObject[]> {
  await writeFile(join(folder, 'values.yaml'), JSON.stringify({ multus: values }));
  return parseManifest(await helm.template(folder, RELEASE, {}), 'site').resources.map(
    ({ object }) => object,
  );
}

function differences(objects: readonly JsonObject[], values: JsonObject): readonly string[] {
  return compareObjects(objects, apply(chart, values, RELEASE)).map(showDifference);
}

it('leaves the same out by what is empty as by null', () => {
  const [empty, nulls] = [NOTHING, NULLS].map((values) => apply(chart, values, RELEASE)) as [
    readonly JsonObject[],
    readonly JsonObject[],
  ];
  expect(compareObjects(empty, nulls).map(showDifference)).toEqual([]);
  expect(compareObjects(empty, apply(chart, { platform: 'k3s' }, RELEASE)).length).toBeGreaterThan(10);
});

describe.each(await testEngines())('a parent chart by Helm $version', (helm) => {
  it('leaves out what it empties', async () => {
    expect(differences(await rendered(helm, NOTHING), NOTHING)).toEqual([]);
  });

  it('gives upstream back with the values for it', async () => {
    const upstream = manifest.resources.filter(({ added }) => added !== true).map(({ object }) => object);
    const objects = await rendered(helm, model.upstreamValues);
    expect(compareObjects(objects, upstream).map(showDifference)).toEqual([]);
  });

  it('leaves out by null too, but where Helm loses nulls', async () => {
    const lost = differences(await rendered(helm, NULLS), NULLS).length > 0;
    expect(lost).toBe(helm.version === '4.2.3');
  });

  it('hands its registry on', async () => {
    const values = { multus: {}, global: { imageRegistry: 'mirror.test:5000/a' } };
    await writeFile(join(folder, 'values.yaml'), JSON.stringify(values));
    const text = await helm.template(folder, RELEASE, {});
    const images = [...text.matchAll(/image: "?([^"\n]+)/g)].map(([, image]) => image);
    expect(images).toHaveLength(2);
    for (const image of images)
      expect(image).toMatch(/^mirror\.test:5000\/a\/k8snetworkplumbingwg\/multus-cni:/);
  });
});
