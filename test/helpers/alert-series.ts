/** A made series in promtool's notation, one sample a minute. */
export interface Series {
  readonly series: string;
  readonly values: string;
}

type Labels = Readonly<Record<string, string>>;

/** The default limit, in bytes. */
export const LIMIT = 1024 ** 3;

/** Bytes that are a share of the limit. */
export function used(share: number): number {
  return Math.ceil(LIMIT * share);
}

export const POD = { namespace: 'kube-system', pod: 'kube-multus-ds-a' } as const;

/** Labels that cAdvisor's series have in kube-prometheus-stack. */
const CADVISOR: Labels = {
  ...POD,
  container: 'kube-multus',
  endpoint: 'https-metrics',
  id: '/kubepods.slice/kubepods-burstable.slice/cri-containerd-1.scope',
  image: 'ghcr.io/k8snetworkplumbingwg/multus-cni@sha256:3c20',
  instance: '10.0.0.1:10250',
  job: 'kubelet',
  metrics_path: '/metrics/cadvisor',
  name: '1',
  node: 'node-a',
  service: 'kube-prometheus-stack-kubelet',
};

/** The same for kube-state-metrics. */
const STATE: Labels = {
  ...POD,
  container: 'kube-multus',
  endpoint: 'http',
  instance: '10.42.0.7:8080',
  job: 'kube-state-metrics',
  service: 'kube-prometheus-stack-kube-state-metrics',
};

/** What changes of a container that is started anew. */
export const NEW_CONTAINER: Labels = {
  id: '/kubepods.slice/kubepods-burstable.slice/cri-containerd-2.scope',
  name: '2',
};

function line(metric: string, labels: Labels, values: string): Series {
  const inner = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  return { series: `${metric}{${inner.join(', ')}}`, values };
}

/** The working set by cAdvisor. */
export function workingSet(values: string, labels: Labels = {}): Series {
  return line('container_memory_working_set_bytes', { ...CADVISOR, ...labels }, values);
}

/** The limit by cAdvisor, which kube-prometheus-stack drops. */
export function specLimit(values: string, labels: Labels = {}): Series {
  return line('container_spec_memory_limit_bytes', { ...CADVISOR, ...labels }, values);
}

/** The limit by kube-state-metrics. */
export function podLimit(values: string, labels: Labels = {}): Series {
  const own = { node: 'node-a', resource: 'memory', uid: 'a', unit: 'byte' };
  return line('kube_pod_container_resource_limits', { ...STATE, ...own, ...labels }, values);
}

/** The count of restarts. */
export function restarts(values: string, labels: Labels = {}): Series {
  return line('kube_pod_container_status_restarts_total', { ...STATE, uid: 'a', ...labels }, values);
}

/** Why the container ended last. */
export function ended(reason: string, values: string): Series {
  return line('kube_pod_container_status_last_terminated_reason', { ...STATE, uid: 'a', reason }, values);
}

/** Counts of the periods in which the container ran, and of those in which it was held back. */
export function periods(all: string, throttled: string, labels: Labels = {}): readonly Series[] {
  const own = { ...CADVISOR, ...labels };
  return [
    line('container_cpu_cfs_periods_total', own, all),
    line('container_cpu_cfs_throttled_periods_total', own, throttled),
  ];
}

/** A pod of somebody else. */
export const GUEST = { namespace: 'vms', pod: 'virt-launcher-a' } as const;

const ASKED = 'annotation_k8s_v1_cni_cncf_io_networks';
const GOT = 'annotation_k8s_v1_cni_cncf_io_network_status';
const OF_GUEST: Labels = { ...STATE, container: 'kube-state-metrics', ...GUEST, uid: 'g' };

/** Its annotations by kube-state-metrics; one that is empty is not there. */
export function annotated(networks: string, status: string, values: string, labels: Labels = {}): Series {
  const named = Object.entries({ [ASKED]: networks, [GOT]: status }).filter(([, text]) => text !== '');
  return line('kube_pod_annotations', { ...OF_GUEST, ...Object.fromEntries(named), ...labels }, values);
}

/** Whether it is in a phase. */
export function phase(name: string, values: string, labels: Labels = {}): Series {
  return line('kube_pod_status_phase', { ...OF_GUEST, phase: name, ...labels }, values);
}

/** That it is there, on the host's network or not. */
export function info(hostNetwork: boolean): Series {
  return line('kube_pod_info', { ...OF_GUEST, host_network: String(hostNetwork) }, '1+0x60');
}

/** The DaemonSet's counts of pods: ready, desired, of the current revision. */
export function daemonSet(ready: string, desired: string, updated = desired): readonly Series[] {
  const { endpoint = '', instance = '', job = '', service = '' } = STATE;
  const labels = { daemonset: 'kube-multus-ds', namespace: POD.namespace, endpoint, instance, job, service };
  return [
    line('kube_daemonset_status_number_ready', labels, ready),
    line('kube_daemonset_status_desired_number_scheduled', labels, desired),
    line('kube_daemonset_status_updated_number_scheduled', labels, updated),
  ];
}
