import { gzipSync } from 'node:zlib';
import { ChartError } from '../errors.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { isObject, objectsIn } from '../json/tree.ts';
import type { Finding } from '../check/finding.ts';

/**
 * Bytes that Kubernetes takes in a Secret (core/v1, MaxSecretSize). Helm keeps each release in
 * one, so a chart that makes a larger one can be published and be installed by nobody.
 */
const MOST = 1024 * 1024;
/** From here on a user's values, which are kept with it, may be too much. */
const NEAR = 0.9 * MOST;

/** Go compresses less well: by 0 to 1.1 % on the charts of thirty real manifests (measured). */
const GO = 1.02;

/**
 * Bytes of the Secret in which Helm keeps a release, or a little more: its JSON, by gzip, in base64.
 * Source: Helm, pkg/storage/driver/util.go, encodeRelease.
 *
 * @param release JSON, as `helm install --output json` prints it
 */
export function releaseSize(release: string): number {
  return Math.ceil((GO * 4 * gzipSync(release.trimEnd(), { level: 9 }).length) / 3);
}

/**
 * Holds a release with the default values against what Kubernetes takes.
 *
 * @param release as for {@link releaseSize}
 * @throws HELM_FAILED when it is no release
 */
export function checkReleaseSize(release: string): readonly Finding[] {
  const size = releaseSize(release);
  if (size < NEAR) return [];
  const isOver = size > MOST;
  const largest = largestFiles(release);
  return [
    {
      rule: 'release/size',
      severity: isOver ? 'error' : 'warning',
      place: 'the chart',
      message: `Helm keeps a release in a Secret; with the default values it has about ${size} bytes, and Kubernetes takes ${MOST}${isOver ? ', so nobody could install the chart' : ', so little is left for values'}`,
      hint: `The most is of ${largest.join(', ')}. ${ways(largest)}`,
    },
  ];
}

/** A template is kept twice: as it is, and as it was rendered. */
function ways(largest: readonly string[]): string {
  const folder = largest.some((name) => name.startsWith('crds/'))
    ? ''
    : 'into crds/ by `crds: folder` in recipe.yaml (they are kept once then, and Helm neither upgrades nor deletes them), ';
  return `Put CustomResourceDefinitions ${folder}into a chart of their own, or leave out their descriptions, which are most of them.`;
}

/** Sources of the chart with their bytes, the largest first. */
function largestFiles(release: string): readonly string[] {
  const chart = chartOf(release);
  const files = [chart['templates'], chart['files']].flatMap(objectsIn);
  return files
    .map(({ name, data }) => ({
      name: String(name),
      bytes: Buffer.byteLength(typeof data === 'string' ? data : '', 'base64'),
    }))
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, 3)
    .map(({ name, bytes }) => `${name} (${bytes} bytes)`);
}

/** A Helm may be a script that says more than Helm does. */
function chartOf(release: string): JsonObject {
  try {
    const { chart } = JSON.parse(release) as { readonly chart?: Json };
    if (isObject(chart)) return chart;
  } catch (cause) {
    throw new ChartError('HELM_FAILED', 'helm install --output json prints no JSON', { cause });
  }
  throw new ChartError('HELM_FAILED', 'helm install --output json prints no release');
}
