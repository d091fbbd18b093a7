import { createHash } from 'node:crypto';
import { goJson } from '../json/go-json.ts';
import type { JsonObject } from '../json/json.ts';
import type { Deployment } from './application.ts';

/** The chart's one dependency as Helm marshals it; the order of the members is Go's. */
function dependency({ chart, version, repository }: Deployment) {
  return { name: chart, version, repository: `oci://${repository}` };
}

/** Chart.yaml of the wrapper that a directory generator finds. */
export function wrapperChart(deployment: Deployment): JsonObject {
  return {
    apiVersion: 'v2',
    name: deployment.application,
    description: `${deployment.chart} as deployed here; the chart itself is the dependency.`,
    type: 'application',
    version: deployment.version,
    dependencies: [dependency(deployment)],
  };
}

/**
 * Chart.lock of the wrapper. Its digest is the sha256 of both dependency lists as JSON: `helm
 * dependency build` refuses a lock whose digest is another.
 * Source: Helm, internal/resolver.HashReq.
 *
 * @param generated RFC 3339
 */
export function wrapperLock(deployment: Deployment, generated: string): JsonObject {
  const dependencies = [dependency(deployment)];
  const digest = createHash('sha256')
    .update(goJson([dependencies, dependencies]))
    .digest('hex');
  return { dependencies, digest: `sha256:${digest}`, generated };
}

/**
 * Values of the wrapper, below the dependency's name. Under an ApplicationSet the sync options
 * of the Application are the set's, so what makes adoption safe is said on the objects.
 */
export function wrapperValues({ chart, values }: Deployment): JsonObject {
  return { [chart]: values };
}
