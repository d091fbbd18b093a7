import { apiGroup } from '../json/api-group.ts';

/** Fields of a kind that the server refuses to change in place: those named, or all below one but some. */
interface Rule {
  /** From the object's root, for example `spec.selector`. */
  readonly under: string;
  /** Fields right below that may change. */
  readonly except?: readonly string[];
}

/**
 * By group and kind; the OpenAPI document does not say it. Source: Kubernetes v1.34,
 * pkg/apis/GROUP/validation/validation.go (Validate…Update) and, for CustomResourceDefinition,
 * k8s.io/apiextensions-apiserver. test/e2e asks a real server for each.
 */
const RULES: Readonly<Record<string, readonly Rule[]>> = {
  'apps DaemonSet': [{ under: 'spec.selector' }],
  'apps Deployment': [{ under: 'spec.selector' }],
  'apps ReplicaSet': [{ under: 'spec.selector' }],
  'apps StatefulSet': [
    {
      under: 'spec',
      except: [
        'replicas',
        'ordinals',
        'template',
        'updateStrategy',
        'revisionHistoryLimit',
        'persistentVolumeClaimRetentionPolicy',
        'minReadySeconds',
      ],
    },
  ],
  'batch Job': [
    { under: 'spec.selector' },
    { under: 'spec.template' },
    { under: 'spec.completions' },
    { under: 'spec.completionMode' },
    { under: 'spec.podFailurePolicy' },
    { under: 'spec.successPolicy' },
    { under: 'spec.backoffLimitPerIndex' },
    { under: 'spec.managedBy' },
  ],
  ' PersistentVolume': [
    {
      under: 'spec',
      except: [
        'accessModes',
        'capacity',
        'claimRef',
        'mountOptions',
        'nodeAffinity',
        'persistentVolumeReclaimPolicy',
        'storageClassName',
        'volumeAttributesClassName',
      ],
    },
  ],
  ' PersistentVolumeClaim': [{ under: 'spec', except: ['resources', 'volumeAttributesClassName'] }],
  ' Secret': [{ under: 'type' }],
  ' Service': [
    { under: 'spec.clusterIP' },
    { under: 'spec.clusterIPs' },
    { under: 'spec.ipFamilies' },
    { under: 'spec.loadBalancerClass' },
  ],
  'rbac.authorization.k8s.io RoleBinding': [{ under: 'roleRef' }],
  'rbac.authorization.k8s.io ClusterRoleBinding': [{ under: 'roleRef' }],
  'storage.k8s.io StorageClass': [
    { under: 'provisioner' },
    { under: 'parameters' },
    { under: 'reclaimPolicy' },
    { under: 'volumeBindingMode' },
  ],
  'storage.k8s.io CSIDriver': [{ under: 'spec.attachRequired' }, { under: 'spec.volumeLifecycleModes' }],
  'scheduling.k8s.io PriorityClass': [{ under: 'value' }, { under: 'preemptionPolicy' }],
  'networking.k8s.io IngressClass': [{ under: 'spec.controller' }],
  'node.k8s.io RuntimeClass': [{ under: 'handler' }],
  'apiextensions.k8s.io CustomResourceDefinition': [
    { under: 'spec.group' },
    { under: 'spec.scope' },
    { under: 'spec.names.kind' },
    { under: 'spec.names.plural' },
  ],
};

/**
 * Whether the server refuses another value of a field in an object that is there, so that the
 * object must be deleted and made again.
 *
 * @param path from the object's root
 */
export function isImmutable(apiVersion: string, kind: string, path: readonly (string | number)[]): boolean {
  const key = `${apiGroup(apiVersion)} ${kind}`;
  const rules = Object.hasOwn(RULES, key) ? (RULES[key] ?? []) : [];
  return rules.some(({ under, except = [] }) => {
    const parts = under.split('.');
    const isBelow = parts.every((part, i) => path[i] === part);
    return isBelow && !except.includes(String(path[parts.length] ?? ''));
  });
}
