import { identityOf } from '../oci/media-types.ts';
import type { Descriptor } from '../oci/store.ts';

/** One thing that publishing does, or does not need to do. */
export interface PlanStep {
  readonly action: 'upload' | 'mount' | 'skip' | 'tag' | 'conflict';
  /** What it is for people: `config`, `chart`, `manifest`, `tag 1.0.0`. */
  readonly what: string;
  readonly digest: string;
  /** Bytes; 0 for a tag. */
  readonly size: number;
}

/** What publishing an artifact would do: decided before anything is written. */
export interface PublishPlan {
  /** The store's name, for example `git.example.org/infra/app` or `dist/oci`. */
  readonly target: string;
  readonly tag: string;
  /** The manifest's digest. */
  readonly digest: string;
  /**
   * `publish`: there is work. `published`: the tag is on this very digest, and all of it is there.
   * `conflict`: the tag is on another digest, which a release never changes.
   */
  readonly state: 'publish' | 'published' | 'conflict';
  /** With `conflict`: the digest that the tag is on. */
  readonly found: string | undefined;
  readonly steps: readonly PlanStep[];
}

/** A piece of an artifact with its name for people. */
export interface Piece {
  readonly what: string;
  readonly descriptor: Descriptor;
}

/** What the target holds already. */
export interface TargetState {
  /** Where the tag points now. */
  readonly tagged: string | undefined;
  /** The pieces that are there, by {@link identityOf}. */
  readonly present: ReadonlySet<string>;
  /** The pieces that a mount can bring. */
  readonly mountable: ReadonlySet<string>;
}

/**
 * Decides what to do. Pure: the same artifact and the same state give the same plan.
 *
 * @param pieces children before parents; the last is the manifest that the tag will name
 */
export function planPublish(
  target: string,
  tag: string,
  pieces: readonly Piece[],
  state: TargetState,
): PublishPlan {
  const digest = pieces.at(-1)?.descriptor.digest ?? '';
  const conflict = state.tagged !== undefined && state.tagged !== digest;
  const tagged = state.tagged === digest;
  // A tagged release that lacks a piece (a damaged layout) is put right: it stays the same release.
  const published = tagged && pieces.every(({ descriptor }) => state.present.has(identityOf(descriptor)));
  const tagStep: PlanStep = {
    action: conflict ? 'conflict' : tagged ? 'skip' : 'tag',
    what: `tag ${tag}`,
    digest: state.tagged ?? digest,
    size: 0,
  };
  return {
    target,
    tag,
    digest,
    state: conflict ? 'conflict' : published ? 'published' : 'publish',
    found: conflict ? state.tagged : undefined,
    steps: [...pieces.map((piece) => stepOf(piece, state)), tagStep],
  };
}

function stepOf({ what, descriptor }: Piece, { present, mountable }: TargetState): PlanStep {
  const { digest, size } = descriptor;
  const identity = identityOf(descriptor);
  const action = present.has(identity) ? 'skip' : mountable.has(identity) ? 'mount' : 'upload';
  return { action, what, digest, size };
}
