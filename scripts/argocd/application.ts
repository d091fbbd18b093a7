import type { JsonObject } from '../json/json.ts';
import { writeYaml } from '../manifest/write-yaml.ts';

/** A published chart and how Argo CD is to deploy it. */
export interface Deployment {
  /** Name of the Application. */
  readonly application: string;
  /** Argo CD's own namespace. */
  readonly argocdNamespace: string;
  readonly project: string;
  /** Where namespaced objects without a namespace go. */
  readonly namespace: string;
  readonly chart: string;
  readonly version: string;
  /** The manifest's digest. */
  readonly digest: string;
  /** `HOST/OWNER`, without oci://. */
  readonly repository: string;
  /** Values that differ from the chart's defaults. */
  readonly values: JsonObject;
}

/**
 * Options under which a sync adopts what was applied by hand: fields are merged by the server
 * instead of replaced, and nothing that was there is pruned.
 */
const SYNC_OPTIONS = ['ServerSideApply=true', 'CreateNamespace=false', 'ApplyOutOfSyncOnly=true'] as const;

/**
 * The Application. Its values are text: `kubectl apply` drops every null of a valuesObject, and with
 * it what takes back a default of the chart (argo-cd #16312). With `oci` the source is the OCI artifact itself, by digest (Argo CD 3.1 and
 * later); otherwise the chart in an OCI Helm repository, by version: there repoURL has no
 * oci:// (argo-cd #10823).
 */
export function application(deployment: Deployment, oci: boolean): JsonObject {
  const { chart, version, digest, repository, values } = deployment;
  const helm = {
    releaseName: chart,
    ...(Object.keys(values).length > 0 && { values: writeYaml(values) }),
  };
  const source: JsonObject = oci
    ? { repoURL: `oci://${repository}/${chart}`, path: '.', targetRevision: digest, helm }
    : { repoURL: repository, chart, targetRevision: version, helm };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: deployment.application, namespace: deployment.argocdNamespace },
    spec: {
      project: deployment.project,
      source,
      destination: { server: 'https://kubernetes.default.svc', namespace: deployment.namespace },
      syncPolicy: {
        automated: { prune: false, selfHeal: true },
        syncOptions: [...SYNC_OPTIONS],
      },
    },
  };
}
