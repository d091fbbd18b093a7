import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import semver from 'semver';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { testEngines } from '../helpers/engines.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import { parseChangelog } from '../../scripts/chart/changelog.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { immutableChanges, lostObjects } from '../helpers/adoption.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';

/** Charts as they were released; every release adds its archive here. */
const RELEASES = join(ROOT, 'test', 'fixtures', 'releases');
const RELEASE = { name: 'multus', namespace: 'kube-system' };

const ARCHIVES = readdirSync(RELEASES);

it('there is an archive of every version in CHANGELOG.md below this one, and of no other', async () => {
  const { name, version: current } = (await thisProject()).project.recipe.chart;
  const releases = parseChangelog(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'), 'CHANGELOG.md');
  const older = releases
    .map(({ version }) => version)
    .filter((version) => version !== 'Unreleased' && semver.lt(version, current));
  expect(older).not.toEqual([]);
  expect(ARCHIVES.toSorted()).toEqual(older.map((version) => `${name}-${version}.tgz`).toSorted());
  for (const helm of await testEngines())
    for (const version of older) {
      const { stdout } = await helm.exec(['show', 'chart', join(RELEASES, `${name}-${version}.tgz`)]);
      expect(parse(stdout)).toMatchObject({ name: name, version });
    }
});

describe.each(ARCHIVES)('upgrade from %s', (archive) => {
  let engines: readonly Helm[];
  beforeAll(async () => {
    engines = await testEngines();
  });

  it.each([
    ['the defaults', {}],
    [
      'monitoring and a network',
      {
        monitoring: { metricsPort: 9876, prometheusRule: { create: true } },
        networkAttachmentDefinitions: [
          { name: 'prod', namespace: 'vms', config: { cniVersion: '1.0.0', type: 'bridge', vlan: 57 } },
        ],
      },
    ],
  ])('keeps every object and changes no immutable field, with %s', async (_, values) => {
    for (const helm of engines) {
      const render = async (chart: string) =>
        parseManifest(await helm.template(chart, RELEASE, values), chart).resources.map(
          ({ object }) => object,
        );
      const [before, after] = await Promise.all([
        render(join(RELEASES, archive)),
        render(join(ROOT, 'chart')),
      ]);
      expect(lostObjects(before, after)).toEqual([]);
      expect(immutableChanges(before, after)).toEqual([]);
    }
  });

  it('keeps the CRD, in both directions: its policy says so before and after', async () => {
    for (const helm of engines) {
      for (const chart of [join(RELEASES, archive), join(ROOT, 'chart')]) {
        const { resources } = parseManifest(await helm.template(chart, RELEASE, {}), chart);
        const crd = resources.find(({ kind }) => kind === 'CustomResourceDefinition');
        expect(crd?.object).toMatchObject({
          metadata: { annotations: { 'helm.sh/resource-policy': 'keep' } },
        });
      }
    }
  });
});
