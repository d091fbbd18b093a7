import { createCipheriv, createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { digestOf, streamOf } from '../../scripts/oci/digest.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../../scripts/oci/media-types.ts';
import type { ByteStream } from '../../scripts/io/byte-stream.ts';
import type { ContentStore, Descriptor } from '../../scripts/oci/store.ts';

/** How a made-up image is to be. */
export interface ImageSpec {
  /** For example `linux/amd64`; each has layers of its own. */
  readonly platforms: readonly string[];
  readonly layers: number;
  /** Bytes of each layer; made while it is read, never held. */
  readonly layerSize: number;
  /** An attestation for each platform, as BuildKit adds them. */
  readonly attested?: boolean;
}

/**
 * Puts a made-up image into a store, tags it and gives its index. The bytes look random, so
 * that nothing on the way can compress them, and are the same every time.
 */
export async function pushImage(store: ContentStore, tag: string, spec: ImageSpec): Promise<Descriptor> {
  const manifests: Descriptor[] = [];
  for (const platform of spec.platforms) {
    const [os = '', architecture = '', variant] = platform.split('/');
    const manifest = await pushManifest(store, platform, spec);
    manifests.push({
      ...manifest,
      platform: { os, architecture, ...(variant !== undefined && { variant }) },
    });
    if (spec.attested === true) manifests.push(await pushAttestation(store, manifest));
  }
  const index = await pushJson(store, OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests });
  await store.tag(index, tag);
  return index;
}

async function pushManifest(store: ContentStore, platform: string, spec: ImageSpec): Promise<Descriptor> {
  const [os = '', architecture = ''] = platform.split('/');
  const made: Layer[] = [];
  for (let i = 0; i < spec.layers; i++) made.push(await pushLayer(store, `${platform}-${i}`, spec.layerSize));
  const layers = made.map(({ descriptor }) => descriptor);
  const diffIds = made.map(({ diffId }) => diffId);
  const config = await pushJson(store, 'application/vnd.oci.image.config.v1+json', {
    architecture,
    os,
    rootfs: { type: 'layers', diff_ids: diffIds },
    config: {},
  });
  return pushJson(store, OCI_MANIFEST, { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers });
}

async function pushAttestation(store: ContentStore, subject: Descriptor): Promise<Descriptor> {
  const statement = await pushJson(store, 'application/vnd.in-toto+json', { subject: subject.digest });
  const config = await pushJson(store, 'application/vnd.oci.image.config.v1+json', {
    architecture: 'unknown',
    os: 'unknown',
    rootfs: { type: 'layers', diff_ids: [] },
  });
  const manifest = await pushJson(store, OCI_MANIFEST, {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config,
    layers: [statement],
  });
  return {
    ...manifest,
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': subject.digest,
    },
  };
}

async function pushJson(store: ContentStore, mediaType: string, value: unknown): Promise<Descriptor> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
  await store.push(descriptor, async () => streamOf(bytes));
  return descriptor;
}

/** A layer and the digest of what it unpacks to, which the configuration names. */
interface Layer {
  readonly descriptor: Descriptor;
  readonly diffId: string;
}

async function pushLayer(store: ContentStore, seed: string, size: number): Promise<Layer> {
  const tar = await measure(layer(seed, size));
  const { digest, length } = await measure(packed(seed, size));
  const descriptor = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest, size: length };
  await store.push(descriptor, async () => packed(seed, size));
  return { descriptor, diffId: tar.digest };
}

async function measure(stream: ByteStream): Promise<{ readonly digest: string; readonly length: number }> {
  const hash = createHash('sha256');
  let length = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    length += chunk.byteLength;
  }
  return { digest: `sha256:${hash.digest('hex')}`, length };
}

/** The layer as gzip without compression: noise does not get smaller. */
function packed(seed: string, size: number): ByteStream {
  return Readable.from(layer(seed, size), { objectMode: false }).pipe(createGzip({ level: 0 }));
}

const BLOCK = 512;

/** A tar with one file of noise: what reads an image unpacks its layers. */
async function* layer(seed: string, size: number): ByteStream {
  yield tarHeader('noise.bin', size);
  yield* noise(seed, size);
  yield Buffer.alloc(((BLOCK - (size % BLOCK)) % BLOCK) + 2 * BLOCK);
}

/** A ustar header (POSIX.1-1988): numbers in octal, the checksum over itself as spaces. */
function tarHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
  header.write(name, 0);
  header.write(octal(0o644, 8) + octal(0, 8) + octal(0, 8) + octal(size, 12) + octal(0, 12), 100);
  header.write('        0', 148);
  header.write('ustar\x0000', 257);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return header;
}

const CHUNK = 1 << 20;

/** Bytes that depend on the seed only: a cipher over zeros. */
async function* noise(seed: string, size: number): ByteStream {
  const key = createHash('sha256').update(seed).digest();
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(CHUNK);
  for (let done = 0; done < size; done += CHUNK)
    yield cipher.update(zeros.subarray(0, Math.min(CHUNK, size - done)));
}
