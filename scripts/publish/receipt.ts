import type { Departure, ChartModel } from '../templatize/model.ts';
import type { Lock } from '../recipe/lock.ts';
import type { Artifact } from '../package/artifact.ts';
import type { DoneStep } from './execute.ts';
import type { PublishPlan } from './plan.ts';

/**
 * What a release was: written to dist/ as JSON. The form is described by
 * receipt.schema.json; a change of it changes `receipt`.
 */
export interface PublishReceipt {
  readonly receipt: 1;
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
  readonly steps: readonly DoneStep[];
  readonly images: ChartModel['images'];
  readonly upstream: Pick<Lock, 'version' | 'url' | 'sha256'>;
  readonly departures: readonly Departure[];
}

/** What a receipt is made of. */
interface ReceiptInput {
  readonly artifact: Artifact;
  readonly plan: PublishPlan;
  readonly steps: readonly DoneStep[];
  readonly pulledBy: readonly string[];
  readonly model: ChartModel;
  readonly lock: Lock;
}

/** The receipt of a release. No clock: the same release gives the same receipt. */
export function receiptOf({ artifact, plan, steps, pulledBy, model, lock }: ReceiptInput): PublishReceipt {
  const { name, version, config, chart, manifest } = artifact;
  const content = (what: string, { mediaType, digest, size }: Artifact['config']['descriptor']) => ({
    what,
    mediaType,
    digest,
    size,
  });
  return {
    receipt: 1,
    chart: { name, version },
    target: plan.target,
    tag: plan.tag,
    result: plan.state === 'published' ? 'already-published' : 'published',
    digest: plan.digest,
    pulledBy,
    contents: [
      content('config', config.descriptor),
      content('chart', chart.descriptor),
      content('manifest', manifest.descriptor),
    ],
    steps,
    images: model.images,
    upstream: { version: lock.version, url: lock.url, sha256: lock.sha256 },
    departures: model.departures,
  };
}
