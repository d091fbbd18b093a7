import { ChartError } from '../errors.ts';
import type { Client } from './http.ts';
import { childrenOf } from './manifest.ts';
import { getManifest } from './manifests.ts';
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
  const index = await getManifest(client, repository, digest.replace(':', '-'));
  if (index === undefined) return [];
  if (index.descriptor.mediaType !== OCI_INDEX) {
    throw new ChartError(
      'OCI_MANIFEST',
      `${where}: the tag names ${index.descriptor.mediaType}, not an index`,
    );
  }
  return childrenOf(index.bytes, OCI_INDEX, where);
}
