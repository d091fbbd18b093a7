import { createHash } from 'node:crypto';
import semver from 'semver';
import type { ChartFiles } from '../chart/assemble.ts';
import { ChartError } from '../errors.ts';
import { OCI_MANIFEST } from '../oci/media-types.ts';
import type { Descriptor } from '../oci/store.ts';
import { packArchive } from './archive.ts';
import { goJson } from '../json/go-json.ts';
import { HELM_CHART, HELM_CONFIG } from './media-types.ts';
import { configBlob, manifestAnnotations, parseMetadata } from './metadata.ts';

/** Bytes and what names them. */
export interface Blob {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** Every byte of a release, before any network call. */
export interface Artifact {
  readonly name: string;
  /** Chart version, which is also the tag. */
  readonly version: string;
  readonly config: Blob;
  /** The .tgz. */
  readonly chart: Blob;
  readonly manifest: Blob;
}

/**
 * Packs a chart as `helm push` would, but with the same bytes every time.
 *
 * @param created RFC 3339, from the lock
 * @throws PACKAGE_INVALID when name or version cannot be released
 */
export async function packageChart(files: ChartFiles, created: string): Promise<Artifact> {
  const metadata = parseMetadata(files.get('Chart.yaml') ?? '');
  const { name, version } = metadata;
  refuseVersion(version);
  const config = blob(HELM_CONFIG, configBlob(metadata));
  const chart = blob(HELM_CHART, await packArchive(name, files, created));
  // Helm writes no mediaType member; the Content-Type alone says what it is.
  const manifest = goJson({
    schemaVersion: 2,
    config: { ...plain(config.descriptor) },
    layers: [{ ...plain(chart.descriptor) }],
    annotations: manifestAnnotations(metadata, created),
  });
  return { name, version, config, chart, manifest: blob(OCI_MANIFEST, new TextEncoder().encode(manifest)) };
}

function plain({ mediaType, digest, size }: Descriptor) {
  return { mediaType, digest, size };
}

function blob(mediaType: string, bytes: Uint8Array): Blob {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { descriptor: { mediaType, digest, size: bytes.byteLength }, bytes };
}

/** A tag cannot hold `+` (Gitea: 400 "Tag is invalid"), so a version with build metadata has no tag. */
function refuseVersion(version: string): void {
  const parsed = semver.parse(version);
  if (parsed === null || parsed.version !== version) {
    throw new ChartError(
      'PACKAGE_INVALID',
      `The chart's version "${version}" is ${parsed === null ? 'no semantic version' : 'not in canonical form, or has build metadata'}`,
      { hint: 'Use MAJOR.MINOR.PATCH, with -PRERELEASE if need be, without +BUILD.' },
    );
  }
}
