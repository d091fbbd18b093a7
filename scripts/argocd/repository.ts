import type { JsonObject } from '../json/json.ts';
import type { Deployment } from './application.ts';

/** What stands where an operator puts a secret, or rather a reference to one. */
const PLACE = 'REPLACE-ME';

const LABELS = { 'argocd.argoproj.io/secret-type': 'repository' } as const;

/** Name of the Secret by which Argo CD knows the repository. */
function secretName({ chart }: Deployment): string {
  return `repository-${chart}`;
}

/** What Argo CD must know of the repository beside the credentials. */
function settings(deployment: Deployment, oci: boolean): Readonly<Record<string, string>> {
  const { repository, chart } = deployment;
  return oci
    ? { name: chart, type: 'oci', url: `oci://${repository}/${chart}` }
    : { name: chart, type: 'helm', enableOCI: 'true', url: repository };
}

/** The repository Secret, with the place for credentials and no secret in it. */
export function repositorySecret(deployment: Deployment, oci: boolean): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretName(deployment), namespace: deployment.argocdNamespace, labels: { ...LABELS } },
    type: 'Opaque',
    stringData: { ...settings(deployment, oci), username: PLACE, password: PLACE },
  };
}

/** The same by the External Secrets operator: the token comes from the site's secret store. */
export function repositoryExternalSecret(deployment: Deployment, oci: boolean): JsonObject {
  const remote = (property: string) => ({
    secretKey: property,
    remoteRef: { key: `${deployment.chart}-registry`, property },
  });
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: secretName(deployment), namespace: deployment.argocdNamespace },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'ClusterSecretStore', name: PLACE.toLowerCase() },
      target: {
        name: secretName(deployment),
        template: {
          metadata: { labels: { ...LABELS } },
          data: { ...settings(deployment, oci), username: '{{ .username }}', password: '{{ .password }}' },
        },
      },
      data: [remote('username'), remote('password')],
    },
  };
}
