import { ChartError } from '../errors.ts';
import { readAll } from './digest.ts';
import type { ContentStore, Descriptor } from './store.ts';

/**
 * Content that is held in memory as a whole, checked. What says that it is larger than anything
 * of its kind is not even asked for.
 *
 * @param most bytes
 * @throws OCI_LIMIT, OCI_DIGEST; what the store throws
 */
export async function fetchWhole(
  store: ContentStore,
  descriptor: Descriptor,
  most: number,
): Promise<Uint8Array> {
  const { digest, size } = descriptor;
  if (size > most)
    throw new ChartError('OCI_LIMIT', `${store.name}@${digest} has ${size} bytes, more than ${most}`);
  return readAll(await store.fetch(descriptor), descriptor, store.name);
}
