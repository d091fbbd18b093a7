import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { testEngines } from '../../scripts/io/helm-engines.ts';
import { parseManifest } from '../../scripts/parse/parse.ts';
import { ROOT } from '../helpers/project.ts';
import { describeWith, tool } from '../helpers/tools.ts';

const LIMIT = 1024 ** 3;
const SERIES =
  '{container="kube-multus", namespace="kube-system", pod="kube-multus-ds-a", instance="node-a", id="/kubepods/a"}';

interface Series {
  readonly series: string;
  readonly values: string;
}

/** Whether an alert fires at a time, for made series of one sample a minute. */
interface Case {
  readonly name: string;
  readonly series: readonly Series[];
  readonly at: string;
  readonly alert: 'MultusMemoryPressure' | 'MultusOOMKilled' | 'MultusDaemonSetNotReady';
  /** Labels of the alerts that fire, beside severity. */
  readonly fires: readonly Readonly<Record<string, string>>[];
}

const POD = { namespace: 'kube-system', pod: 'kube-multus-ds-a' } as const;
const memory = (values: string, limit: number = LIMIT): readonly Series[] => [
  { series: `container_memory_working_set_bytes${SERIES}`, values },
  { series: `container_spec_memory_limit_bytes${SERIES}`, values: `${limit}+0x30` },
];
const used = (share: number): number => Math.ceil(LIMIT * share);
const oom = (restarts: string, reason: string): readonly Series[] => [
  {
    series:
      'kube_pod_container_status_restarts_total{container="kube-multus", namespace="kube-system", pod="kube-multus-ds-a"}',
    values: restarts,
  },
  {
    series: `kube_pod_container_status_last_terminated_reason{container="kube-multus", namespace="kube-system", pod="kube-multus-ds-a", reason="${reason}"}`,
    values: '1+0x30',
  },
];
const daemonSet = (ready: string, desired: string): readonly Series[] => [
  {
    series: 'kube_daemonset_status_number_ready{daemonset="kube-multus-ds", namespace="kube-system"}',
    values: ready,
  },
  {
    series:
      'kube_daemonset_status_desired_number_scheduled{daemonset="kube-multus-ds", namespace="kube-system"}',
    values: desired,
  },
];

const CASES: readonly Case[] = [
  {
    name: 'stays quiet below the share',
    alert: 'MultusMemoryPressure',
    series: memory(`${used(0.79)}+0x30`),
    at: '20m',
    fires: [],
  },
  {
    name: 'fires at the share',
    alert: 'MultusMemoryPressure',
    series: memory(`${used(0.8)}+0x30`),
    at: '20m',
    fires: [POD],
  },
  {
    name: 'does not miss a single sample of a burst',
    alert: 'MultusMemoryPressure',
    series: memory(`${used(0.1)}+0x11 ${used(0.95)} ${used(0.1)}+0x20`),
    at: '20m',
    fires: [POD],
  },
  {
    name: 'is quiet again when the burst is over for ten minutes',
    alert: 'MultusMemoryPressure',
    series: memory(`${used(0.1)}+0x5 ${used(0.95)} ${used(0.1)}+0x30`),
    at: '25m',
    fires: [],
  },
  {
    name: 'says nothing of a container without a limit',
    alert: 'MultusMemoryPressure',
    series: memory(`${used(0.99)}+0x30`, 0),
    at: '20m',
    fires: [],
  },
  {
    name: 'looks at the container that runs, beside one that was killed with another id',
    alert: 'MultusMemoryPressure',
    series: [
      ...memory(`${used(0.2)}+0x30`),
      ...memory(`${used(0.9)}+0x30`).map(({ series, values }) => ({
        series: series.replace('/kubepods/a', '/kubepods/b'),
        values,
      })),
    ],
    at: '20m',
    fires: [POD],
  },
  {
    name: 'says nothing of another container of the pod',
    alert: 'MultusMemoryPressure',
    series: memory(`${used(0.95)}+0x30`).map(({ series, values }) => ({
      series: series.replace('kube-multus"', 'other"'),
      values,
    })),
    at: '20m',
    fires: [],
  },
  {
    name: 'fires when a restart was an OOM kill',
    alert: 'MultusOOMKilled',
    series: oom('0+0x10 1+0x20', 'OOMKilled'),
    at: '15m',
    fires: [{ ...POD, container: 'kube-multus' }],
  },
  {
    name: 'stays quiet when a restart was an error',
    alert: 'MultusOOMKilled',
    series: oom('0+0x10 1+0x20', 'Error'),
    at: '15m',
    fires: [],
  },
  {
    name: 'stays quiet long after an OOM kill',
    alert: 'MultusOOMKilled',
    series: oom('1+0x60', 'OOMKilled'),
    at: '30m',
    fires: [],
  },
  {
    name: 'fires when a node has no ready pod for ten minutes',
    alert: 'MultusDaemonSetNotReady',
    series: daemonSet('2+0x40', '3+0x40'),
    at: '20m',
    fires: [{ daemonset: 'kube-multus-ds', namespace: 'kube-system' }],
  },
  {
    name: 'waits ten minutes',
    alert: 'MultusDaemonSetNotReady',
    series: daemonSet('3+0x14 2+0x40', '3+0x60'),
    at: '20m',
    fires: [],
  },
  {
    name: 'stays quiet when all are ready',
    alert: 'MultusDaemonSetNotReady',
    series: daemonSet('3+0x40', '3+0x40'),
    at: '30m',
    fires: [],
  },
];

describeWith(['promtool'], 'the alerts of the chart', () => {
  let folder: string;
  let rules: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'alerts-'));
    const [helm] = await testEngines();
    const values = { monitoring: { metricsPort: 9091, prometheusRule: { create: true } } };
    const rendered =
      (await helm?.template(join(ROOT, 'chart'), { name: 'multus', namespace: 'default' }, values)) ?? '';
    const rule = parseManifest(rendered, 'rendered').resources.find(({ kind }) => kind === 'PrometheusRule');
    rules = join(folder, 'rules.yaml');
    await writeFile(rules, stringify(rule?.object['spec']));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('are rules that promtool accepts', () => {
    const { status, stdout } = spawnSync(tool('promtool'), ['check', 'rules', rules], { encoding: 'utf8' });
    expect(stdout).toContain('3 rules found');
    expect(status).toBe(0);
  });

  it.each(CASES)('$alert $name', async ({ series, at, alert, fires }) => {
    // Only the labels are compared: an expected alert without annotations would differ from ours.
    const expression = `ALERTS{alertname="${alert}", alertstate="firing"}`;
    const severity = alert === 'MultusMemoryPressure' ? 'warning' : 'critical';
    const sample = (labels: Readonly<Record<string, string>>): string =>
      `ALERTS{${Object.entries({ alertname: alert, alertstate: 'firing', severity, ...labels })
        .map(([key, value]) => `${key}="${value}"`)
        .join(', ')}}`;
    const test = {
      rule_files: [rules],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: series,
          promql_expr_test: [
            {
              expr: expression,
              eval_time: at,
              exp_samples: fires.map((labels) => ({ labels: sample(labels), value: 1 })),
            },
          ],
        },
      ],
    };
    const file = join(folder, 'test.yaml');
    await writeFile(file, stringify(test));
    const { status, stdout, stderr } = spawnSync(tool('promtool'), ['test', 'rules', file], {
      encoding: 'utf8',
    });
    expect(stdout + stderr).toContain('SUCCESS');
    expect(status).toBe(0);
  });
});
