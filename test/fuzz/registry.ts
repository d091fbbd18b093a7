import { ChartError } from '../../scripts/errors.ts';
import { readAll, streamOf } from '../../scripts/oci/digest.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../../scripts/oci/media-types.ts';
import type { Json } from '../../scripts/json/json.ts';
import { fakeRegistry } from '../helpers/fake-registry.ts';
import { bytesOf, describeBytes, image, multiArch, type Graph } from '../helpers/oci-graph.ts';
import { openOn } from '../oci/registry-setup.ts';

export const REPOSITORY = 'owner/name';
export const TAG = 'v1';
const LOGIN = { username: 'user', readPassword: async () => 'not-a-word' };

/** One that keeps lists of referrers, and one that does not; both ask nobody who they are. */
export const registries = {
  distribution: await fakeRegistry(),
  gitea: await fakeRegistry({ flavour: 'gitea' }),
};
export type Flavour = keyof typeof registries;

/** Ends what would keep the process alive. */
export async function closeRegistries(): Promise<void> {
  await Promise.all(Object.values(registries).map((registry) => registry.close()));
}

export async function storeOf(flavour: Flavour, login = false): ReturnType<typeof openOn> {
  return openOn(registries[flavour].host, REPOSITORY, {
    timeouts: { headers: 2000, idle: 2000, commit: 2000 },
    ...(login && LOGIN),
  });
}

export type Store = Awaited<ReturnType<typeof storeOf>>;

/** Makes a registry as it is at first, with a graph in it under {@link TAG}. */
export function reset(flavour: Flavour, { root, contents }: Graph): void {
  const { content, faults } = registries[flavour];
  faults.clear();
  for (const held of [content.blobs, content.manifests, content.tags, content.uploads]) held.clear();
  for (const [digest, bytes] of contents) content.blobs.set(`${REPOSITORY} ${digest}`, Buffer.from(bytes));
  for (const [digest, bytes] of contents)
    putManifest(flavour, digest, Buffer.from(bytes), mediaTypeOf(bytes));
  content.tags.set(`${REPOSITORY} ${TAG}`, root.digest);
}

export function putManifest(flavour: Flavour, digest: string, bytes: Buffer, mediaType: string): void {
  if (mediaType !== '')
    registries[flavour].content.manifests.set(`${REPOSITORY} ${digest}`, {
      bytes,
      // What a header can hold.
      mediaType: mediaType.replaceAll(/[^\x20-\x7e]/g, ''),
    });
}

export function mediaTypeOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1');
  return /"mediaType": ?"(application\/vnd\.oci\.image\.(?:index|manifest)[^"]*)"/.exec(text)?.[1] ?? '';
}

export const IMAGE = image('fuzz', [bytesOf('fuzz', 3000)]);
export const INDEX = multiArch('fuzz', 300);

/** A list of descriptors with all members that one may have. */
export const LIST = {
  schemaVersion: 2,
  mediaType: OCI_INDEX,
  manifests: [
    {
      ...IMAGE.root,
      annotations: { a: 'b' },
      artifactType: 'x/y',
      platform: { os: 'linux', architecture: 'amd64' },
    },
    { ...INDEX.root, data: 'e30=' },
  ],
} as unknown as Json;

/** What a manifest without a configuration has in its place. */
const EMPTY = Buffer.from('{}');
const BLOB = bytesOf('blob', 2000);
export const BLOB_DESCRIPTOR = describeBytes(BLOB);
export const push = (store: Store): Promise<void> => store.push(BLOB_DESCRIPTOR, async () => streamOf(BLOB));
export const resolve = (store: Store): Promise<unknown> => store.resolve(TAG);
export const layer = describeBytes(bytesOf('fuzz', 3000));
export const read = async (store: Store): Promise<unknown> =>
  readAll(await store.fetch(layer), layer, store.name);
export const refer = async (store: Store): Promise<void> => {
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: describeBytes(EMPTY),
      layers: [],
      subject: IMAGE.root,
    }),
  );
  await store.referrers(IMAGE.root.digest);
  await store.push(describeBytes(EMPTY), async () => streamOf(EMPTY));
  await store.push(describeBytes(manifest, OCI_MANIFEST), async () => streamOf(manifest));
};

/** The first of two may be refused; what no input may lead to is no refusal. */
export function passOn(thrown: unknown): void {
  if (thrown instanceof ChartError && thrown.code !== 'BUG') return;
  throw thrown;
}
