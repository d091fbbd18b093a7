import type { Case } from './alert-cases.ts';
import { annotated, GUEST, info, phase } from './alert-series.ts';

const NETWORKS = 'prod';
const STATUS = '[{\\"name\\": \\"vms/prod\\", \\"interface\\": \\"net1\\"}]';
const running = [phase('Running', '1+0x60'), phase('Pending', '0+0x60'), info(false)];
/** MultusNetworksMissing. */
export const MISSING: readonly Case[] = [
  {
    name: 'fires for a running pod that asked for a network and has no status',
    series: [annotated(NETWORKS, '', '1+0x60'), ...running],
    at: '10m',
    fires: [GUEST],
  },
  {
    name: 'waits five minutes',
    series: [annotated(NETWORKS, '', '1+0x60'), ...running],
    at: '4m',
    fires: [],
  },
  {
    name: 'is quiet where the status is there',
    series: [annotated(NETWORKS, STATUS, '1+0x60'), ...running],
    at: '10m',
    fires: [],
  },
  {
    name: 'is quiet where the status comes a little later',
    series: [annotated(NETWORKS, '', '1+0x2 stale'), annotated(NETWORKS, STATUS, '_x3 1+0x60'), ...running],
    at: '10m',
    fires: [],
  },
  {
    name: 'says nothing of a pod that asked for nothing, nor of annotations that are not on the allow-list',
    series: [annotated('', '', '1+0x60'), ...running],
    at: '10m',
    fires: [],
  },
  {
    name: 'says nothing of a pod that does not run yet',
    series: [annotated(NETWORKS, '', '1+0x60'), phase('Running', '0+0x60'), phase('Pending', '1+0x60')],
    at: '10m',
    fires: [],
  },
  {
    name: 'says nothing of a pod on the host’s network, which Multus never sees',
    series: [annotated(NETWORKS, '', '1+0x60'), phase('Running', '1+0x60'), info(true)],
    at: '10m',
    fires: [],
  },
  {
    name: 'tells pods of one name in two clusters apart',
    series: [
      annotated(NETWORKS, '', '1+0x60', { cluster: 'one' }),
      phase('Running', '1+0x60', { cluster: 'one' }),
      annotated(NETWORKS, STATUS, '1+0x60', { cluster: 'two' }),
      phase('Running', '1+0x60', { cluster: 'two' }),
    ],
    at: '10m',
    fires: [{ ...GUEST, cluster: 'one' }],
  },
  {
    name: 'fires once where two kube-state-metrics say the same',
    series: ['10.42.0.7:8080', '10.42.1.7:8080'].flatMap((instance) => [
      annotated(NETWORKS, '', '1+0x60', { instance }),
      phase('Running', '1+0x60', { instance }),
    ]),
    at: '10m',
    fires: [GUEST],
  },
];
