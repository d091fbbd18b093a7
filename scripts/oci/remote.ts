import { ChartError } from '../errors.ts';
import { scopeOf } from './auth/token.ts';
import { readAll, streamOf } from './digest.ts';
import { download } from './download.ts';
import type { Client } from './http.ts';
import { getManifest, hasManifest, putManifest } from './manifests.ts';
import { isManifest } from './media-types.ts';
import { lookAt } from './presence.ts';
import { addReferrer, listReferrers } from './referrers.ts';
import type { ContentStore, Descriptor } from './store.ts';
import { listTags } from './tags.ts';
import { OCTET_STREAM, uploadBlob, uploadLocation } from './upload.ts';
import { limiter } from './work.ts';

/** A repository of a registry, with what only registries have. */
export interface RemoteStore extends ContentStore {
  mount(descriptor: Descriptor, fromRepository: string): Promise<boolean>;
  /** All tags, sorted. */
  tags(): Promise<readonly string[]>;
  /** What refers to a manifest by `subject`. */
  referrers(digest: string): Promise<readonly Descriptor[]>;
}

/** Manifests that are kept to be tagged; each has at most 4 MiB, an image has some twenty. */
const KEPT_MANIFESTS = 64;

/** Milliseconds in which another copy has stored what it was storing. */
const BEING_STORED = 1000;

/**
 * A repository as a content store. Errors of all functions: REGISTRY_NETWORK,
 * REGISTRY_DENIED, REGISTRY_ANSWER, REGISTRY_REDIRECT, OCI_DIGEST.
 *
 * @param name for messages: `HOST/REPOSITORY`
 */
export function remoteStore(client: Client, repository: string, name: string): RemoteStore {
  const pushed = new Map<string, Uint8Array>();
  const uploads = new Map<string, URL>();
  // Several may refer to one subject, whose list is read and written anew each time.
  const oneByOne = limiter(1);
  const exists = (descriptor: Descriptor): Promise<boolean> =>
    isManifest(descriptor.mediaType)
      ? hasManifest(client, repository, descriptor)
      : hasBlob(client, repository, descriptor);
  const manifestBytes = async (descriptor: Descriptor): Promise<Uint8Array> => {
    const found = await getManifest(client, repository, descriptor.digest);
    if (found !== undefined) return found.bytes;
    throw new ChartError('OCI_NOT_FOUND', `${name} has no manifest ${descriptor.digest}`);
  };
  const keep = (digest: string, bytes: Uint8Array): void => {
    pushed.set(digest, bytes);
    const oldest = pushed.keys().next().value;
    if (pushed.size > KEPT_MANIFESTS && oldest !== undefined) pushed.delete(oldest);
  };
  return {
    name,
    exists,
    fetch: async (descriptor) =>
      isManifest(descriptor.mediaType)
        ? streamOf(await manifestBytes(descriptor))
        : fetchBlob(client, repository, name, descriptor),
    push: async (descriptor, open) => {
      // Once more: of several copies at once another may have brought it, and Distribution's file system
      // loses a manifest's PUT (400 MANIFEST_BLOB_UNKNOWN) while the same blob is stored again (measured).
      // That makes it seldom; so such a PUT is sent again.
      if (await exists(descriptor)) return;
      if (isManifest(descriptor.mediaType)) {
        const bytes = await readAll(await open(), descriptor, name);
        const put = (): Promise<boolean> =>
          putManifest(client, repository, descriptor.digest, { descriptor, bytes });
        const isListed = await put().catch(async (error: unknown) => {
          if (!(error instanceof ChartError && error.message.includes('BLOB_UNKNOWN'))) throw error;
          await client.wire.waiting.sleep(BEING_STORED);
          return put();
        });
        if (!isListed) await oneByOne(() => addReferrer(client, repository, { descriptor, bytes }));
        keep(descriptor.digest, bytes);
        return;
      }
      const opened = uploads.get(descriptor.digest);
      uploads.delete(descriptor.digest);
      const scopes = [scopeOf(repository, 'pull,push')];
      const target = { client, repository, scopes, exists: () => exists(descriptor) };
      await uploadBlob(opened === undefined ? target : { ...target, opened }, descriptor, open);
    },
    resolve: async (reference) => (await getManifest(client, repository, reference))?.descriptor,
    tag: async (descriptor, tag, wanted) => {
      const bytes = pushed.get(descriptor.digest) ?? (await manifestBytes(descriptor));
      await putManifest(client, repository, tag, { descriptor, bytes }, wanted);
    },
    mount: async ({ digest }, from) => {
      const outcome = await mountBlob(client, repository, digest, from);
      if (typeof outcome !== 'boolean') uploads.set(digest, outcome);
      return outcome === true;
    },
    tags: () => listTags(client, repository),
    referrers: (digest) => listReferrers(client, repository, digest),
  };
}

function blobUrl(client: Client, repository: string, digest: string): URL {
  return new URL(`/v2/${repository}/blobs/${digest}`, client.origin);
}

async function hasBlob(client: Client, repository: string, descriptor: Descriptor): Promise<boolean> {
  const call = {
    url: blobUrl(client, repository, descriptor.digest),
    scopes: [scopeOf(repository, 'pull')],
  };
  return (await lookAt(client, call, descriptor)) !== undefined;
}

async function fetchBlob(
  client: Client,
  repository: string,
  name: string,
  { digest, size }: Descriptor,
): ReturnType<ContentStore['fetch']> {
  const call = { url: blobUrl(client, repository, digest), scopes: [scopeOf(repository, 'pull')] };
  const stream = await download(client, call, size);
  if (stream !== undefined) return stream;
  throw new ChartError('OCI_NOT_FOUND', `${name} has no ${digest}`);
}

/**
 * Asks to take a blob over from another repository of the same registry. True when it is
 * here now; an ordinary upload when the registry rather wants that (202);
 * false when it or its token service refuses: reading there may not be allowed, or it may
 * know no mounts, which is no error.
 */
async function mountBlob(
  client: Client,
  repository: string,
  digest: string,
  from: string,
): Promise<boolean | URL> {
  const url = new URL(`/v2/${repository}/blobs/uploads/`, client.origin);
  url.searchParams.set('mount', digest);
  url.searchParams.set('from', from);
  const sent = client.send({
    method: 'POST',
    url,
    headers: { ...OCTET_STREAM, 'content-length': '0' },
    scopes: [scopeOf(repository, 'pull,push'), scopeOf(from, 'pull')],
    expect: [201, 202],
  });
  const answer = await sent.catch((error: unknown) => {
    if (isRefusal(error)) return undefined;
    throw error;
  });
  if (answer === undefined) return false;
  if (answer.status === 201) return true;
  return answer.header('location') !== undefined && uploadLocation(answer, client.wire);
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof ChartError && (error.code === 'REGISTRY_DENIED' || error.code === 'REGISTRY_ANSWER')
  );
}
