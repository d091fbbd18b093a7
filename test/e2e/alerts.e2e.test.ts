import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { testEngines } from '../helpers/engines.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import {
  BY_SOURCE,
  KILLED,
  MEMORY,
  NOT_READY,
  SOURCES,
  THROTTLED,
  UNKNOWN,
  type Case,
} from '../helpers/alert-cases.ts';
import { MISSING } from '../helpers/network-alert-cases.ts';
import { ROOT } from '../helpers/project.ts';
import { describeWith, tool } from '../helpers/tools.ts';

const SEVERITIES = {
  MultusMemoryPressure: 'warning',
  MultusMemoryUnknown: 'warning',
  MultusOOMKilled: 'critical',
  MultusCPUThrottled: 'warning',
  MultusDaemonSetNotReady: 'critical',
  MultusNetworksMissing: 'critical',
} as const;

describeWith(['promtool'], 'the alerts of the chart', () => {
  let folder: string;
  let rules: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'alerts-'));
    const [helm] = await testEngines();
    const values = { monitoring: { metricsPort: 9876, prometheusRule: { create: true } } };
    const rendered =
      (await helm?.template(join(ROOT, 'chart'), { name: 'multus', namespace: 'default' }, values)) ?? '';
    const rule = parseManifest(rendered, 'rendered').resources.find(({ kind }) => kind === 'PrometheusRule');
    rules = join(folder, 'rules.yaml');
    await writeFile(rules, stringify(rule?.object['spec']));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('are rules that promtool accepts', () => {
    const { status, stdout } = spawnSync(tool('promtool'), ['check', 'rules', rules], { encoding: 'utf8' });
    expect(stdout).toContain(`${Object.keys(SEVERITIES).length} rules found`);
    expect(status).toBe(0);
  });

  async function judge(alert: keyof typeof SEVERITIES, { series, at, fires }: Case): Promise<void> {
    // Only the labels are compared: an expected alert without annotations would differ from ours.
    const fixed = { alertname: alert, alertstate: 'firing' };
    const selector = (labels: Readonly<Record<string, string>>): string =>
      `ALERTS{${Object.entries({ ...fixed, ...labels })
        .map(([key, value]) => `${key}="${value}"`)
        .join(', ')}}`;
    const expected = fires.map((labels) => ({
      labels: selector({ severity: SEVERITIES[alert], ...labels }),
      value: 1,
    }));
    const tests = [
      {
        interval: '1m',
        input_series: series,
        promql_expr_test: [{ expr: selector({}), eval_time: at, exp_samples: expected }],
      },
    ];
    const file = join(folder, 'test.yaml');
    await writeFile(file, stringify({ rule_files: [rules], evaluation_interval: '1m', tests }));
    const { status, stdout, stderr } = spawnSync(tool('promtool'), ['test', 'rules', file], {
      encoding: 'utf8',
    });
    expect(stdout + stderr).toContain('SUCCESS');
    expect(status).toBe(0);
  }

  describe.each(SOURCES)('MultusMemoryPressure, the limit from %s', (_, limits) => {
    it.each(BY_SOURCE)('$name', async ({ memory, ...rest }) => {
      await judge('MultusMemoryPressure', { ...rest, series: [...memory, ...limits] });
    });
  });
  it.each(MEMORY)('MultusMemoryPressure $name', (made) => judge('MultusMemoryPressure', made));
  it.each(UNKNOWN)('MultusMemoryUnknown $name', (made) => judge('MultusMemoryUnknown', made));
  it.each(KILLED)('MultusOOMKilled $name', (made) => judge('MultusOOMKilled', made));
  it.each(THROTTLED)('MultusCPUThrottled $name', (made) => judge('MultusCPUThrottled', made));
  it.each(MISSING)('MultusNetworksMissing $name', (made) => judge('MultusNetworksMissing', made));
  it.each(NOT_READY)('MultusDaemonSetNotReady $name', (made) => judge('MultusDaemonSetNotReady', made));
});
