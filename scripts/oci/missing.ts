import type { ContentStore, Descriptor } from './store.ts';
import { limiter } from './work.ts';

/** A large image has hundreds of pieces; a registry may answer so many questions at once with 429. */
const QUESTIONS_AT_ONCE = 16;

/** Those of some pieces of content that a store does not have. */
export async function missingFrom(
  store: ContentStore,
  pieces: readonly Descriptor[],
): Promise<readonly Descriptor[]> {
  const limit = limiter(QUESTIONS_AT_ONCE);
  const there = await Promise.all(pieces.map((piece) => limit(() => store.exists(piece))));
  return pieces.filter((_, i) => there[i] !== true);
}
