import { ChartError } from '../errors.ts';
import type { Client } from './http.ts';
import { digestOf, isDigest } from './digest.ts';
import { childrenOf } from './manifest.ts';
import { getManifest, putManifest, type FoundManifest } from './manifests.ts';
import { OCI_INDEX } from './media-types.ts';
import { listPages } from './pages.ts';
import type { Descriptor } from './store.ts';

/**
 * What refers to a manifest by its `subject` (signatures, SBOMs): from the referrers API,
 * or where there is none (Gitea answers 404, measured) from the tag `sha256-<hex>`
 * (distribution-spec v1.1, "Referrers Tag Schema").
 *
 * @throws OCI_MANIFEST when the list is not an index; what the client throws
 */
export async function listReferrers(
  client: Client,
  repository: string,
  digest: string,
): Promise<readonly Descriptor[]> {
  const where = `${client.origin.host}/${repository} referrers of ${digest}`;
  let isApi: boolean | undefined;
  const found = await listPages(client, repository, {
    first: new URL(`/v2/${repository}/referrers/${digest}`, client.origin),
    accept: OCI_INDEX,
    // 405 and 400 come from registries that take the path for something else.
    expect: [200, 400, 404, 405],
    read: (answer) => {
      const isIndex = answer.status === 200 && answer.header('content-type')?.startsWith(OCI_INDEX) === true;
      isApi ??= isIndex;
      return isIndex ? childrenOf(answer.bytes, OCI_INDEX, where) : [];
    },
    key: (referrer) => referrer.digest,
  });
  if (isApi === true) return found;
  return (await taggedList(client, repository, digest)).referrers;
}

/** The list of a subject. */
interface TaggedList {
  readonly referrers: readonly Descriptor[];
  /** The same as whoever wrote them had them. */
  readonly entries: readonly unknown[];
}

/**
 * Adds a manifest to the list of what refers to its `subject`, as a client has to where the
 * registry keeps no such lists (distribution-spec v1.1, "Pushing Manifests with Subject"). Two
 * clients at once can lose one's entry: no registry has a compare-and-set.
 *
 * @throws OCI_MANIFEST when the list is not an index; what the client throws
 */
export async function addReferrer(
  client: Client,
  repository: string,
  { descriptor, bytes }: FoundManifest,
): Promise<void> {
  const manifest = JSON.parse(new TextDecoder().decode(bytes)) as {
    readonly subject?: { readonly digest?: unknown } | null;
    readonly artifactType?: string;
    readonly config?: { readonly mediaType?: string };
    readonly annotations?: object;
  };
  const subject = manifest.subject?.digest;
  if (typeof subject !== 'string' || !isDigest(subject)) return;
  const { mediaType, digest, size } = descriptor;
  const { referrers, entries } = await taggedList(client, repository, subject);
  if (referrers.some((referrer) => referrer.digest === digest)) return;
  // "Listing Referrers": the type of the artifact, else that of its config.
  const artifactType = manifest.artifactType ?? manifest.config?.mediaType;
  const entry = { mediaType, digest, size, artifactType, annotations: manifest.annotations };
  const index = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [...entries, entry] }),
  );
  await putManifest(client, repository, tagOf(subject), {
    descriptor: { mediaType: OCI_INDEX, digest: digestOf(index), size: index.byteLength },
    bytes: index,
  });
}

/** The list by the tag, empty when there is none. Throws OCI_MANIFEST when it is not an index. */
async function taggedList(client: Client, repository: string, subject: string): Promise<TaggedList> {
  const where = `${client.origin.host}/${repository} referrers of ${subject}`;
  const index = await getManifest(client, repository, tagOf(subject));
  if (index === undefined) return { referrers: [], entries: [] };
  if (index.descriptor.mediaType !== OCI_INDEX) {
    throw new ChartError(
      'OCI_MANIFEST',
      `${where}: the tag names ${index.descriptor.mediaType}, not an index`,
    );
  }
  const referrers = childrenOf(index.bytes, OCI_INDEX, where);
  const { manifests } = JSON.parse(new TextDecoder().decode(index.bytes)) as {
    readonly manifests: TaggedList['entries'];
  };
  return { referrers, entries: manifests };
}

/** distribution-spec v1.1, "Referrers Tag Schema". */
function tagOf(subject: string): string {
  return subject.replace(':', '-');
}
