import type { JsonObject } from '../json/json.ts';
import type { Departure } from '../chart/model.ts';
import { application, type Deployment } from './application.ts';
import { repositoryExternalSecret, repositorySecret } from './repository.ts';
import { wrapperChart, wrapperLock, wrapperValues } from './wrapper.ts';
import { writeYaml } from '../manifest/write-yaml.ts';

/** What the files are made of. */
export interface ArgoInput {
  readonly deployment: Deployment;
  /** The native OCI source of Argo CD 3.1 and later, by digest. */
  readonly oci: boolean;
  /** Folder of the wrapper under the directory generator, for example `apps/a`. */
  readonly wrapper: string;
  readonly departures: readonly Departure[];
  /** RFC 3339, from the lock. */
  readonly created: string;
}

/** Everything that `npm run argocd` writes: path → text. */
export function argoFiles(input: ArgoInput): ReadonlyMap<string, string> {
  const { deployment, oci, wrapper } = input;
  const { digest, version } = deployment;
  return new Map([
    ['application.yaml', yaml(application(deployment, oci), `Version ${version} is ${digest}.`)],
    [
      'repository.yaml',
      yaml(
        repositorySecret(deployment, oci),
        'Put the registry user and a token that may read packages in the two places. Better: repository-external-secret.yaml.',
      ),
    ],
    [
      'repository-external-secret.yaml',
      yaml(
        repositoryExternalSecret(deployment, oci),
        'For the External Secrets operator: name your store, and the key that holds username and password.',
      ),
    ],
    [`${wrapper}/Chart.yaml`, yaml(wrapperChart(deployment), digest)],
    [`${wrapper}/Chart.lock`, writeYaml(wrapperLock(deployment, input.created))],
    [`${wrapper}/values.yaml`, yaml(wrapperValues(deployment), valuesComment(input))],
  ]);
}

function yaml(object: JsonObject, comment: string): string {
  const lines = comment.split('\n').map((line) => `# ${line}`.trimEnd());
  return `${lines.join('\n')}\n${writeYaml(object)}`;
}

function valuesComment({ departures, deployment }: ArgoInput): string {
  const rows = departures.map(({ value, reason }) => `- ${value}: ${reason}`);
  return [
    'Only what departs from the defaults of the chart.',
    `What the defaults of ${deployment.chart} ${deployment.version} change against upstream:`,
    ...rows,
  ].join('\n');
}
