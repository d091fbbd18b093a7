import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { helmAt } from '../../scripts/io/helm.ts';
import { testEngines } from '../helpers/engines.ts';
import { packArchive } from '../../scripts/package/archive.ts';
import { loadArchive, withArchive } from '../../scripts/verify/load-archive.ts';
import { CHART_FAULTS } from '../helpers/chart-faults.ts';

const engines = await testEngines();
const CHART = { name: 'agent', version: '1.0.0-rc.1' };
const ARCHIVE = await packArchive(
  CHART.name,
  new Map([
    ['Chart.yaml', `apiVersion: v2\nname: ${CHART.name}\nversion: ${CHART.version}\n`],
    ['values.yaml', 'a: 1\n'],
    ['templates/x.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n'],
  ]),
  '2026-01-01T00:00:00Z',
);

describe.each(engines)('Helm $version', (helm) => {
  const load = (bytes: Uint8Array, expected = CHART): Promise<void> =>
    withArchive(CHART, bytes, (file) => loadArchive(helm, file, expected));

  test('loads a chart', async () => {
    await load(ARCHIVE);
  });

  test.each(Object.entries(CHART_FAULTS))('refuses one of which %s', async (_, spoil) => {
    await expect(load(spoil(ARCHIVE))).rejects.toMatchObject({
      code: 'HELM_FAILED',
      message: expect.stringContaining(`helm ${helm.version} cannot load agent-1.0.0-rc.1.tgz: `) as string,
    });
  });

  test('refuses one that is another chart than it should be', async () => {
    await expect(load(ARCHIVE, { ...CHART, version: '2.0.0' })).rejects.toMatchObject({
      code: 'PACKAGE_INVALID',
      message: `helm ${helm.version} finds agent 1.0.0-rc.1 in agent-1.0.0-rc.1.tgz, expected agent 2.0.0`,
    });
  });
});

test('a script in place of Helm that prints something else is no bug of ours', async () => {
  const banner = {
    ...helmAt('/nowhere', '4.0.0'),
    exec: async () => ({ status: 0, stdout: '{', stderr: '' }),
  };
  await expect(loadArchive(banner, 'a.tgz', CHART)).rejects.toMatchObject({
    code: 'HELM_FAILED',
    message: expect.stringContaining('helm 4.0.0 show chart prints no chart: ') as string,
  });
});

test('the file is gone afterwards, with its folder', async () => {
  const seen: string[] = [];
  await withArchive(CHART, ARCHIVE, async (file) => {
    seen.push(file);
    expect(await readFile(file)).toEqual(Buffer.from(ARCHIVE));
  });
  expect(seen.map((file) => [basename(file), existsSync(dirname(file))])).toEqual([
    ['agent-1.0.0-rc.1.tgz', false],
  ]);
});
