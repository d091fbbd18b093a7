import {
  daemonSet,
  ended,
  LIMIT,
  NEW_CONTAINER,
  periods,
  POD,
  podLimit,
  restarts,
  specLimit,
  used,
  workingSet,
  type Series,
} from './alert-series.ts';

/** When an alert is looked at, on which series, and the labels of those that fire beside severity. */
export interface Case {
  readonly name: string;
  readonly series: readonly Series[];
  readonly at: string;
  readonly fires: readonly Readonly<Record<string, string>>[];
}

const NAMESPACE = { namespace: POD.namespace };
const steady = `${LIMIT}+0x60`;

/** Where Prometheus may know the limit from. */
export const SOURCES: readonly (readonly [string, readonly Series[]])[] = [
  ['kube-state-metrics alone (kube-prometheus-stack)', [podLimit(steady)]],
  ['cAdvisor alone', [specLimit(steady)]],
  ['both', [podLimit(steady), specLimit(steady)]],
];

/** MultusMemoryPressure, whatever the limit comes from. */
export const BY_SOURCE: readonly (Omit<Case, 'series'> & { readonly memory: readonly Series[] })[] = [
  { name: 'stays quiet at 79 %', memory: [workingSet(`${used(0.79)}+0x60`)], at: '20m', fires: [] },
  { name: 'fires at 80 %', memory: [workingSet(`${used(0.8)}+0x60`)], at: '20m', fires: [POD] },
  {
    name: 'does not miss a single sample of a burst',
    memory: [workingSet(`${used(0.1)}+0x11 ${used(0.95)} ${used(0.1)}+0x60`)],
    at: '20m',
    fires: [POD],
  },
  {
    name: 'is quiet again when the burst is over for ten minutes',
    memory: [workingSet(`${used(0.1)}+0x5 ${used(0.95)} ${used(0.1)}+0x60`)],
    at: '25m',
    fires: [],
  },
  {
    name: 'sees a burst that ended with the container',
    memory: [
      workingSet(`${used(0.1)}+0x11 ${used(0.95)} stale`),
      workingSet(`_x14 ${used(0.1)}+0x60`, NEW_CONTAINER),
    ],
    at: '20m',
    fires: [POD],
  },
];

/** MultusMemoryPressure with series of its own. */
export const MEMORY: readonly Case[] = [
  {
    name: 'sees a burst that ended with the container and with its limit of that id',
    series: [
      workingSet(`${used(0.1)}+0x11 ${used(0.95)} stale`),
      specLimit(`${LIMIT}+0x12 stale`),
      workingSet(`_x14 ${used(0.1)}+0x60`, NEW_CONTAINER),
      specLimit(`_x14 ${steady}`, NEW_CONTAINER),
    ],
    at: '20m',
    fires: [POD],
  },
  {
    name: 'says nothing of a container without a limit',
    series: [workingSet(`${used(0.99)}+0x60`), specLimit('0+0x60')],
    at: '20m',
    fires: [],
  },
  {
    name: 'says nothing of another container of the pod',
    series: [workingSet(`${used(0.95)}+0x60`, { container: 'other' }), podLimit(steady)],
    at: '20m',
    fires: [],
  },
  {
    name: 'takes memory for memory, not a limit of CPU',
    series: [workingSet(`${used(0.5)}+0x60`), podLimit('1+0x60', { resource: 'cpu', unit: 'core' })],
    at: '20m',
    fires: [],
  },
  {
    name: 'fires once where two kube-state-metrics say the same',
    series: [
      workingSet(`${used(0.9)}+0x60`),
      podLimit(steady),
      podLimit(steady, { instance: '10.42.1.7:8080' }),
    ],
    at: '20m',
    fires: [POD],
  },
  {
    name: 'compares each pod with its own limit, from the source that has it',
    series: [
      workingSet(`${used(0.9)}+0x60`),
      podLimit(`${2 * LIMIT}+0x60`),
      workingSet(`${used(0.9)}+0x60`, { pod: 'b' }),
      specLimit(steady, { pod: 'b' }),
    ],
    at: '20m',
    fires: [{ ...POD, pod: 'b' }],
  },
  {
    name: 'keeps clusters apart in a Prometheus that sees several',
    series: [
      workingSet(`${used(0.9)}+0x60`, { cluster: 'one' }),
      podLimit(steady, { cluster: 'one' }),
      workingSet(`${used(0.9)}+0x60`, { cluster: 'two' }),
      podLimit(`${2 * LIMIT}+0x60`, { cluster: 'two' }),
    ],
    at: '20m',
    fires: [{ ...POD, cluster: 'one' }],
  },
];

const CONTAINER = { container: 'kube-multus' };
/** MultusMemoryUnknown. */
export const UNKNOWN: readonly Case[] = [
  ...SOURCES.map(([source, limits]) => ({
    name: `is quiet with the limit from ${source}`,
    series: [workingSet(steady), ...limits],
    at: '50m',
    fires: [],
  })),
  { name: 'fires without any series, once', series: [], at: '50m', fires: [CONTAINER] },
  { name: 'fires without a limit', series: [workingSet(steady)], at: '50m', fires: [{}] },
  {
    name: 'fires with a limit of nothing',
    series: [workingSet(steady), specLimit('0+0x60')],
    at: '50m',
    fires: [{}],
  },
  { name: 'fires without a working set', series: [podLimit(steady)], at: '50m', fires: [CONTAINER] },
  { name: 'waits half an hour', series: [podLimit(steady)], at: '29m', fires: [] },
];

/** MultusOOMKilled. */
export const KILLED: readonly Case[] = [
  {
    name: 'fires when a restart was an OOM kill',
    series: [restarts('0+0x10 1+0x20'), ended('OOMKilled', '1+0x30')],
    at: '15m',
    fires: [{ ...POD, ...CONTAINER }],
  },
  {
    name: 'stays quiet when a restart was an error',
    series: [restarts('0+0x10 1+0x20'), ended('Error', '1+0x30')],
    at: '15m',
    fires: [],
  },
  {
    name: 'stays quiet long after an OOM kill',
    series: [restarts('1+0x60'), ended('OOMKilled', '1+0x60')],
    at: '30m',
    fires: [],
  },
];

/** MultusDaemonSetNotReady. */
export const NOT_READY: readonly Case[] = [
  {
    name: 'fires when a node has no ready pod for ten minutes',
    series: daemonSet('2+0x40', '3+0x40'),
    at: '20m',
    fires: [NAMESPACE],
  },
  { name: 'waits ten minutes', series: daemonSet('3+0x14 2+0x40', '3+0x60'), at: '20m', fires: [] },
  { name: 'is quiet when all are ready', series: daemonSet('3+0x40', '3+0x40'), at: '30m', fires: [] },
  {
    name: 'fires without the count of updated pods, which not every kube-state-metrics has',
    series: daemonSet('2+0x40', '3+0x40').slice(0, 2),
    at: '20m',
    fires: [NAMESPACE],
  },
  {
    // Ready for a minute after each start, then down for ever longer: 1, 2, 3, 4, 5, 5 minutes.
    name: 'fires in a crash loop, whose pod is ready for moments',
    series: [
      ...daemonSet('3+0x5 2 3 2 2 3 2 2 2 3 2 2 2 2 3 2 2 2 2 2 3 2 2 2 2 2 3', '3+0x60'),
      restarts('0+0x6 1+0x2 2+0x3 3+0x4 4+0x5 5+0x5 6+0x30'),
    ],
    at: '32m',
    fires: [NAMESPACE],
  },
  {
    name: 'is quiet after three restarts',
    series: [...daemonSet('3+0x60', '3+0x60'), restarts('0+0x5 1 2 3+0x60')],
    at: '25m',
    fires: [],
  },
  {
    name: 'forgets the restarts of a pod that is gone',
    series: [...daemonSet('3+0x60', '3+0x60'), restarts('0+0x5 1 2 3 4 5+0x3 stale')],
    at: '25m',
    fires: [],
  },
  {
    name: 'fires once in a crash loop that two kube-state-metrics see',
    series: ['10.42.0.7:8080', '10.42.1.7:8080'].map((instance) => restarts('0+1x60', { instance })),
    at: '40m',
    fires: [NAMESPACE],
  },
  {
    name: 'is quiet during a long rolling update that moves on',
    series: daemonSet('99+0x60', '100+0x60', '0+1x60'),
    at: '55m',
    fires: [],
  },
  {
    name: 'fires when a rolling update is stuck',
    series: daemonSet('99+0x60', '100+0x60', '0+1x10 10+0x60'),
    at: '30m',
    fires: [NAMESPACE],
  },
];

/** MultusCPUThrottled. */
export const THROTTLED: readonly Case[] = [
  {
    // Seventy seconds of a burst between samples of an idle daemon, as measured with 100m.
    name: 'fires after a burst that was held back',
    series: periods('0+10x10 800 810+10x60', '0+0x10 640 640+0x60'),
    at: '15m',
    fires: [POD],
  },
  {
    name: 'is quiet again ten minutes later',
    series: periods('0+10x10 800 810+10x60', '0+0x10 640 640+0x60'),
    at: '25m',
    fires: [],
  },
  {
    name: 'says nothing of an idle daemon that is held back for moments',
    series: periods('0+5x60', '0+4x60'),
    at: '30m',
    fires: [],
  },
  {
    name: 'says nothing of a busy daemon that is held back now and then',
    series: periods('0+600x60', '0+140x60'),
    at: '30m',
    fires: [],
  },
  {
    name: 'fires when it is held back in a quarter of the periods',
    series: periods('0+600x60', '0+150x60'),
    at: '30m',
    fires: [POD],
  },
  {
    name: 'counts a container that was started anew with the one before',
    series: [
      ...periods('0+10x8 800 stale', '0+0x8 60 stale'),
      ...periods('_x10 0+10x5 800+10x40', '_x10 0+0x5 60+0x40', NEW_CONTAINER),
    ],
    at: '17m',
    fires: [],
  },
  { name: 'says nothing without a limit: there are no periods', series: [], at: '30m', fires: [] },
];
