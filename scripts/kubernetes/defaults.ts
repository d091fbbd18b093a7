import type { Json } from '../json/json.ts';
import { equalJson, member } from '../json/tree.ts';

/** Whatever the server writes there: an address, a name that follows another, a policy that follows a tag. */
const ANY = Symbol('any');

/**
 * What a server writes into a field that nobody set, by type and field. Source: Kubernetes v1.34,
 * pkg/apis/GROUP/v1/defaults.go, the strategies of pkg/registry, and k8s.io/apiextensions-apiserver,
 * pkg/apis/apiextensions/v1/defaults.go.
 */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, Json | typeof ANY>>>> = {
  'core.v1.PodSpec': {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    enableServiceLinks: true,
    // The old name of serviceAccountName.
    serviceAccount: ANY,
  },
  'core.v1.Container': {
    imagePullPolicy: ANY,
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  },
  'core.v1.ContainerPort': { protocol: 'TCP', hostPort: ANY },
  'core.v1.Probe': { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  'core.v1.HTTPGetAction': { path: '/', scheme: 'HTTP' },
  'core.v1.GRPCAction': { service: '' },
  'core.v1.ObjectFieldSelector': { apiVersion: 'v1' },
  'core.v1.ConfigMapVolumeSource': { defaultMode: 420 },
  'core.v1.SecretVolumeSource': { defaultMode: 420 },
  'core.v1.ProjectedVolumeSource': { defaultMode: 420 },
  'core.v1.DownwardAPIVolumeSource': { defaultMode: 420 },
  'core.v1.ServiceAccountTokenProjection': { expirationSeconds: 3600 },
  'core.v1.HostPathVolumeSource': { type: '' },
  'core.v1.ServiceSpec': {
    type: 'ClusterIP',
    clusterIP: ANY,
    clusterIPs: ANY,
    ipFamilies: ANY,
    ipFamilyPolicy: ANY,
    sessionAffinity: 'None',
    internalTrafficPolicy: 'Cluster',
    externalTrafficPolicy: 'Cluster',
    allocateLoadBalancerNodePorts: true,
    healthCheckNodePort: ANY,
  },
  'core.v1.ServicePort': { protocol: 'TCP', targetPort: ANY, nodePort: ANY },
  'core.v1.PersistentVolumeClaimSpec': {
    volumeMode: 'Filesystem',
    volumeName: ANY,
    storageClassName: ANY,
  },
  // In the templates of a StatefulSet.
  'core.v1.PersistentVolumeClaim': { apiVersion: ANY, kind: ANY, status: ANY },
  'core.v1.PersistentVolumeSpec': { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' },
  'core.v1.Namespace': { spec: ANY },
  'core.v1.Secret': { type: 'Opaque' },
  'core.v1.ServiceAccount': { secrets: ANY },
  'apps.v1.DeploymentSpec': {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
  },
  'apps.v1.DeploymentStrategy': {
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
  },
  'apps.v1.RollingUpdateDeployment': { maxSurge: '25%', maxUnavailable: '25%' },
  'apps.v1.DaemonSetSpec': {
    revisionHistoryLimit: 10,
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
  },
  'apps.v1.DaemonSetUpdateStrategy': {
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
  },
  'apps.v1.RollingUpdateDaemonSet': { maxSurge: 0, maxUnavailable: 1 },
  'apps.v1.StatefulSetSpec': {
    replicas: 1,
    revisionHistoryLimit: 10,
    podManagementPolicy: 'OrderedReady',
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
  },
  'apps.v1.StatefulSetUpdateStrategy': { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
  'batch.v1.JobSpec': {
    backoffLimit: 6,
    completions: 1,
    completionMode: 'NonIndexed',
    manualSelector: false,
    parallelism: 1,
    podReplacementPolicy: ANY,
    selector: ANY,
    suspend: false,
  },
  'batch.v1.CronJobSpec': {
    concurrencyPolicy: 'Allow',
    failedJobsHistoryLimit: 1,
    successfulJobsHistoryLimit: 3,
    suspend: false,
  },
  'storage.v1.StorageClass': { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
  'storage.v1.CSIDriverSpec': {
    attachRequired: true,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    podInfoOnMount: false,
    requiresRepublish: false,
    seLinuxMount: false,
    storageCapacity: false,
    volumeLifecycleModes: ['Persistent'],
  },
  'scheduling.v1.PriorityClass': { preemptionPolicy: 'PreemptLowerPriority' },
  'rbac.v1.Subject': { apiGroup: ANY },
  'rbac.v1.RoleRef': { apiGroup: 'rbac.authorization.k8s.io' },
  'admissionregistration.v1.ValidatingWebhook': {
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
  },
  'admissionregistration.v1.MutatingWebhook': {
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    reinvocationPolicy: 'Never',
    timeoutSeconds: 10,
  },
  'admissionregistration.v1.RuleWithOperations': { scope: '*' },
  'admissionregistration.v1.ServiceReference': { port: 443 },
  'apiextensions.v1.CustomResourceDefinitionSpec': {
    conversion: { strategy: 'None' },
    preserveUnknownFields: false,
  },
  'apiextensions.v1.CustomResourceDefinitionNames': { listKind: ANY, singular: ANY },
  'apiextensions.v1.ServiceReference': { port: 443 },
  'apiregistration.v1.ServiceReference': { port: 443 },
};

/**
 * Fields that a server does not give back when they are zero, empty or false: those that are no pointer in
 * Go. Of others (`runAsUser: 0`, `allowPrivilegeEscalation: false`) that value means something.
 * Source: k8s.io/api, core/v1, apps/v1.
 */
const OMITTED: ReadonlySet<string> = new Set([
  'hostIPC',
  'hostNetwork',
  'hostPID',
  'hostPort',
  'initialDelaySeconds',
  'minReadySeconds',
  'paused',
  'publishNotReadyAddresses',
  'readOnly',
  'stdin',
  'stdinOnce',
  'subPath',
  'subPathExpr',
  'tty',
  'value',
]);

/** Whether a server takes this value of a field for none. */
export function isOmitted(field: string, value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return OMITTED.has(field) && (value === 0 || value === '' || value === false);
}

function defaultOf(type: string, field: string): Json | typeof ANY | undefined {
  return member(member(DEFAULTS, type) ?? {}, field);
}

/** Whether an object is the same to the server with this value of a field as without it. */
export function isSameAsNone(type: string, field: string, value: Json): boolean {
  const known = defaultOf(type, field);
  return isOmitted(field, value) || (known !== undefined && known !== ANY && equalJson(known, value));
}

/** Whether the server writes this value into a field that nobody set. */
export function isServerDefault(type: string, field: string, value: Json): boolean {
  const known = defaultOf(type, field);
  return known === ANY || (known !== undefined && equalJson(known, value));
}
