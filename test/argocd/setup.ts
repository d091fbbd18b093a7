import { argoFiles, type ArgoInput } from '../../scripts/argocd/files.ts';
import type { Deployment } from '../../scripts/argocd/application.ts';
import { thisProject } from '../helpers/this-project.ts';

export const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** How this repository's recipe has the chart deployed, at a version and digest that do not move. */
export async function deployment(changes: Partial<Deployment> = {}): Promise<Deployment> {
  const { recipe } = (await thisProject()).project;
  const { application = '', namespace = '', values = {} } = recipe.argocd ?? {};
  return {
    application,
    argocdNamespace: 'argocd',
    project: 'default',
    namespace,
    chart: recipe.chart.name,
    version: '1.0.0',
    digest: DIGEST,
    repository: 'git.example.org/infra',
    values,
    ...changes,
  };
}

/** All files for a deployment; `changes` is what the case is about. */
export async function files(
  changes: Partial<Deployment> = {},
  input: Partial<ArgoInput> = {},
): Promise<ReadonlyMap<string, string>> {
  const { recipe } = (await thisProject()).project;
  return argoFiles({
    deployment: await deployment(changes),
    oci: false,
    wrapper: recipe.argocd?.path ?? '',
    departures: [
      { value: 'resources', upstream: null, chart: {}, reason: 'upstream has: too little # memory' },
      { value: 'crds.keep', upstream: false, chart: true, reason: 'a CRD\nis dear' },
    ],
    created: '2026-01-02T03:04:05Z',
    ...input,
  });
}
