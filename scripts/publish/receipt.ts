import type { Departure, ChartModel } from '../chart/model.ts';
import type { Lock } from '../recipe/lock.ts';
import type { AnonymousPull } from '../images/anonymous-pull.ts';
import type { DoneStep } from './execute.ts';
import type { Piece, PublishPlan } from './plan.ts';
import type { DoneJob } from './job.ts';

/**
 * What a release was: written to dist/ as JSON. The form is described by
 * receipt.schema.json; a change of it changes `receipt`.
 */
export interface PublishReceipt {
  readonly receipt: 2;
  readonly chart: { readonly name: string; readonly version: string };
  /** Store and tag. */
  readonly target: string;
  readonly tag: string;
  readonly result: 'published' | 'already-published';
  /** The manifest's digest, by which the release can be pinned. */
  readonly digest: string;
  /** The Helms that pulled it and found the same archive; empty until they have, and for a layout. */
  readonly pulledBy: readonly string[];
  readonly contents: readonly {
    readonly what: string;
    readonly mediaType: string;
    readonly digest: string;
    readonly size: number;
  }[];
  readonly steps: readonly ReceiptStep[];
  /** Of the images that a registry was asked for. */
  readonly anonymousPulls: readonly AnonymousPull[];
  /** These three are of the build; a release from a bundle builds nothing. */
  readonly images?: ChartModel['images'];
  readonly upstream?: Pick<Lock, 'version' | 'url' | 'sha256'>;
  readonly departures?: readonly Departure[];
}

/** What was done with one piece, and where. */
interface ReceiptStep extends DoneStep {
  /** As the receipt's own: the store of the chart, or of an image. */
  readonly target: string;
}

/** What a receipt is made of. */
export interface ReceiptInput {
  readonly chart: { readonly name: string; readonly version: string };
  /** Children before parents. */
  readonly pieces: readonly Piece[];
  readonly plan: PublishPlan;
  /** Of the images that went with it too. */
  readonly done: readonly Pick<DoneJob, 'plan' | 'steps'>[];
  readonly pulledBy: readonly string[];
  readonly anonymousPulls: readonly AnonymousPull[];
  /** Undefined when it came from a bundle. */
  readonly built: { readonly model: ChartModel; readonly lock: Lock } | undefined;
}

/** The receipt of a release. No clock: the same release gives the same receipt. */
export function receiptOf({
  chart,
  pieces,
  plan,
  done,
  pulledBy,
  anonymousPulls,
  built,
}: ReceiptInput): PublishReceipt {
  return {
    receipt: 2,
    chart,
    target: plan.target,
    tag: plan.tag,
    result: plan.state === 'published' ? 'already-published' : 'published',
    digest: plan.digest,
    pulledBy,
    contents: pieces.map(({ what, descriptor: { mediaType, digest, size } }) => ({
      what,
      mediaType,
      digest,
      size,
    })),
    steps: done.flatMap((job) => job.steps.map((step) => ({ target: job.plan.target, ...step }))),
    anonymousPulls,
    ...(built && {
      images: built.model.images,
      upstream: { version: built.lock.version, url: built.lock.url, sha256: built.lock.sha256 },
      departures: built.model.departures,
    }),
  };
}
