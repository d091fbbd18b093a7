import { ChartError } from '../errors.ts';
import type { Client } from './http.ts';
import { digestOf } from './digest.ts';
import { isDigest } from '../recipe/reference.ts';
import { entriesOf, manifestJson } from './manifest.ts';
import { getManifest, putManifest, type FoundManifest } from './manifests.ts';
import { identityOf, OCI_INDEX } from './media-types.ts';
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
  let isApi = false;
  const found = await listPages(client, repository, {
    first: new URL(`/v2/${repository}/referrers/${digest}`, client.origin),
    accept: OCI_INDEX,
    // 405 and 400 come from registries that take the path for something else.
    expect: [200, 400, 404, 405],
    read: (answer, page) => {
      const isIndex = answer.status === 200 && answer.header('content-type')?.startsWith(OCI_INDEX) === true;
      if (page === 1) isApi = isIndex;
      else if (!isIndex) throw new ChartError('REGISTRY_ANSWER', `${where}: page ${page} is no index`);
      return isIndex ? entriesOf(answer.bytes, where) : [];
    },
    key: identityOf,
  });
  if (isApi) return found;
  return taggedList(client, repository, digest);
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
  const { mediaType, digest, size } = descriptor;
  const manifest = manifestJson(bytes, `${client.origin.host}/${repository}@${digest}`);
  const subject = (manifest.subject as Partial<Descriptor> | null | undefined)?.digest;
  if (typeof subject !== 'string' || !isDigest(subject)) return;
  const entries = await taggedList(client, repository, subject);
  if (entries.some((entry) => identityOf(entry) === identityOf(descriptor))) return;
  // "Listing Referrers": the type of the artifact, else that of its config.
  const config = manifest.config as Partial<Descriptor> | null | undefined;
  const artifactType = manifest.artifactType ?? config?.mediaType;
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
async function taggedList(
  client: Client,
  repository: string,
  subject: string,
): Promise<readonly Descriptor[]> {
  const where = `${client.origin.host}/${repository} referrers of ${subject}`;
  const index = await getManifest(client, repository, tagOf(subject));
  if (index === undefined) return [];
  if (index.descriptor.mediaType === OCI_INDEX) return entriesOf(index.bytes, where);
  throw new ChartError('OCI_MANIFEST', `${where}: the tag names ${index.descriptor.mediaType}, not an index`);
}

/** distribution-spec v1.1, "Referrers Tag Schema". */
function tagOf(subject: string): string {
  return subject.replace(':', '-');
}
