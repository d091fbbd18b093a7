import { createHash } from 'node:crypto';
import { ChartError } from '../../scripts/errors.ts';
import { digestOf, streamOf } from '../../scripts/oci/digest.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../../scripts/oci/media-types.ts';
import type { ContentStore, Descriptor } from '../../scripts/oci/store.ts';
import { HELM_CHART, HELM_CONFIG } from '../../scripts/package/media-types.ts';

/** Content by digest and the descriptor that leads to all of it. */
export interface Graph {
  readonly root: Descriptor;
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/** Bytes that look random and are the same for the same seed. */
export function bytesOf(seed: string, size: number): Uint8Array {
  if (size === 0) return new Uint8Array();
  return createHash('shake256', { outputLength: size }).update(seed).digest();
}

/** A descriptor of bytes. */
export function describeBytes(bytes: Uint8Array, mediaType = 'application/octet-stream'): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
}

/** An image with a config and layers. */
export function image(config: string, layers: readonly Uint8Array[]): Graph {
  const blobs = [Buffer.from(JSON.stringify({ created: config })), ...layers];
  const [first, ...rest] = blobs.map((bytes) => describeBytes(bytes));
  return withRoot(OCI_MANIFEST, { config: first, layers: rest }, blobs);
}

/** An index of images, which may share content. */
export function index(images: readonly Graph[], architectures: readonly string[] = []): Graph {
  const manifests = images.map(({ root }, i) => {
    const architecture = architectures[i];
    return architecture === undefined ? root : { ...root, platform: { os: 'linux', architecture } };
  });
  return withRoot(
    OCI_INDEX,
    { manifests },
    images.flatMap(({ contents }) => [...contents.values()]),
  );
}

/** Two platforms with a layer in common. */
export function multiArch(seed: string, size = 10_000): Graph {
  const shared = bytesOf(`${seed} shared`, size);
  const of = (architecture: string): Graph =>
    image(`${seed} ${architecture}`, [shared, bytesOf(`${seed} ${architecture}`, size)]);
  return index([of('amd64'), of('arm64')], ['amd64', 'arm64']);
}

/** A chart as Helm pushes it: its configuration and its archives, of which there should be one. */
export function helmChart(config: object | string, ...archives: readonly Uint8Array[]): Graph {
  const configuration = Buffer.from(typeof config === 'string' ? config : JSON.stringify(config));
  const members = {
    config: describeBytes(configuration, HELM_CONFIG),
    layers: archives.map((archive) => describeBytes(archive, HELM_CHART)),
  };
  return withRoot(OCI_MANIFEST, members, [configuration, ...archives]);
}

/** A graph as a store to copy from. */
export function graphStore({ contents, root }: Graph, name = 'the graph'): ContentStore {
  const readOnly = (): never => {
    throw new ChartError('BUG', `${name} is only read`);
  };
  return {
    name,
    exists: async ({ digest }) => contents.has(digest),
    fetch: async ({ digest }) => streamOf(contents.get(digest) ?? readOnly()),
    resolve: async () => root,
    push: async () => readOnly(),
    tag: async () => readOnly(),
  };
}

/** A graph whose manifest has these members. */
export function withRoot(mediaType: string, members: object, children: readonly Uint8Array[]): Graph {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...members }));
  const contents = new Map([...children, bytes].map((content) => [digestOf(content), content] as const));
  return { root: describeBytes(bytes, mediaType), contents };
}
