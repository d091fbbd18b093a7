import fc, { type GeneratorValue } from 'fast-check';
import type { Json } from '../../scripts/json/json.ts';
import type { LockedImage } from '../../scripts/recipe/lock.ts';
import type { Entry, Placement } from '../../scripts/recipe/entry.ts';
import type { ImagePin } from '../../scripts/recipe/types.ts';

/** What is being drawn. */
export interface Drawing {
  readonly g: GeneratorValue;
  /** Fields of upstream's object and of our own by the place where they stand. */
  readonly spec: Record<string, Json>;
  readonly ownSpec: Record<string, Json>;
  readonly entries: Entry[];
  readonly images: Record<string, ImagePin>;
  readonly locked: Record<string, LockedImage>;
  /** Values by path; what is not there is left open. */
  readonly values: Map<string, Json>;
  /** Values that presets may decide, with another that they can be. */
  readonly open: Map<string, Json>;
  /** Lists and maps that entries add to: others may add to the same. */
  readonly shared: {
    readonly place: Placement;
    readonly field: DrawnField;
    readonly upstream: Json | undefined;
  }[];
  /** Fields of a second object of upstream's, at the top. */
  readonly alsoSpec: Record<string, Json>;
}

/** A field of its own: its key, where it stands in the object, and the path to it. */
export interface DrawnField {
  readonly key: string;
  readonly at: Record<string, Json>;
  readonly path: string;
}

export const DIGEST = `sha256:${'1'.repeat(64)}`;

/** One of several. */
export function pick<T>(g: GeneratorValue, all: readonly T[]): T {
  return g(fc.constantFrom<unknown[]>, ...all) as T;
}
