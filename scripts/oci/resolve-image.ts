import { ChartError } from '../errors.ts';
import { groupBy } from '../json/group-by.ts';
import { DEFAULT_TAG, formatReference, type Reference } from '../recipe/reference.ts';
import { platformsIn } from './copy.ts';
import type { FoundManifest } from './manifests.ts';
import { openRegistry, type OpenRepository, type RegistryOptions } from './registry.ts';
import { limiter } from './work.ts';

/** What a registry says of an image. */
export interface ResolvedImage {
  /** Of the index for several platforms, or of the one manifest. */
  readonly digest: string;
  /** `linux/amd64` and so on, sorted; empty when the image is for one platform and does not say which. */
  readonly platforms: readonly string[];
}

/** Requests at a time, of all registries. */
const AT_ONCE = 8;

/**
 * Asks the images' own registries what tags (or digests) name: each image by one request, each
 * registry for one token. Credentials are only those stored for a registry: what was given for
 * publishing does not belong to it.
 *
 * @param onAnswer told of each image that was asked for
 * @returns for each reference an answer, or why there is none: OCI_NOT_FOUND when there is no such
 *   image; REGISTRY_*, OCI_*
 */
export async function resolveImages(
  references: readonly Reference[],
  options: Omit<RegistryOptions, 'storedOnly' | 'username' | 'readPassword'>,
  onAnswer: () => void = () => undefined,
): Promise<readonly (ResolvedImage | ChartError)[]> {
  const named = new Map(references.map((reference) => [formatReference(reference), reference]));
  const turn = limiter(AT_ONCE);
  const answers = new Map<string, ResolvedImage | ChartError>();
  const byRegistry = groupBy([...named], ([, { registry }]) => registry);
  await Promise.all(
    [...byRegistry.values()].map(async (own) => {
      const repositories = [...new Set(own.map(([, { repository }]) => repository))].toSorted();
      const ask = ([name, reference]: (typeof own)[number]): Promise<void> =>
        turn(async () => {
          const found = await answered(() => askFor(reference, repositories, store));
          answers.set(name, found);
          onAnswer();
        });
      const [first, ...others] = own;
      if (first === undefined) return;
      const opened = await answered(() => openRegistry(first[1], { ...options, storedOnly: true }));
      if (opened instanceof ChartError) {
        for (const [name] of own) answers.set(name, opened);
        return;
      }
      const store = opened;
      // What the registry wants is learned once; and one that is not there is found out once.
      await ask(first);
      const learned = answers.get(first[0]);
      const isAway = learned instanceof ChartError && learned.code === 'REGISTRY_NETWORK';
      if (isAway) for (const [name] of others) answers.set(name, learned);
      else await Promise.all(others.map(ask));
    }),
  );
  return references.map((reference) => {
    const answer = answers.get(formatReference(reference));
    return answer ?? new ChartError('BUG', `${formatReference(reference)} was not asked for`);
  });
}

async function askFor(
  reference: Reference,
  repositories: readonly string[],
  store: OpenRepository,
): Promise<ResolvedImage> {
  const { repository } = reference;
  const name = { repository, reference: reference.digest ?? reference.tag ?? DEFAULT_TAG };
  // One that may not be read can spoil the token of all.
  const found = await store
    .manifest(name, repositories)
    .catch((error: unknown): Promise<FoundManifest | undefined> => {
      if (!(error instanceof ChartError) || error.code !== 'REGISTRY_DENIED' || repositories.length === 1)
        throw error;
      return store.manifest(name, [repository]);
    });
  if (found === undefined)
    throw new ChartError('OCI_NOT_FOUND', `${formatReference(reference)}: the registry has no such image`);
  return { digest: found.descriptor.digest, platforms: platformsIn(found, formatReference(reference)) };
}

async function answered<T>(ask: () => Promise<T>): Promise<T | ChartError> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ChartError) || error.code === 'BUG') throw error;
    return error;
  }
}
