import type { AskedImage } from '../images/anonymous-pull.ts';
import type { ImageCheck } from '../images/check.ts';
import type { CopyEvent } from '../oci/copy.ts';
import type { RegistryEvent } from '../oci/opener.ts';
import type { Recipe } from '../recipe/types.ts';
import type { DoneJob } from './job.ts';
import type { PublishPlan } from './plan.ts';

/** What publishing says of itself while it works. */
export type PublishEvent =
  | RegistryEvent
  /** What the user should know although it goes on. */
  | { readonly event: 'warning'; readonly text: string }
  | { readonly event: 'planned'; readonly plan: PublishPlan }
  /** What arrives, of `total` bytes; without `step` it is over. */
  | CopyProgress
  | { readonly event: 'done'; readonly job: DoneJob }
  | { readonly event: 'packed'; readonly file: string; readonly bytes: number }
  | { readonly event: 'receipt'; readonly file: string }
  /** Versions of Helm that pulled it and found the same archive. */
  | { readonly event: 'pulled'; readonly by: readonly string[] }
  /** An image that was looked for where a chart names it. */
  | { readonly event: 'image'; readonly check: ImageCheck }
  /** Whether nodes can pull images; the recipe is that of the chart which names them. */
  | { readonly event: 'nodes'; readonly asked: readonly AskedImage[]; readonly recipe: Recipe | undefined };

export interface CopyProgress {
  readonly event: 'copying';
  readonly what: string;
  readonly total: number;
  readonly step?: CopyEvent;
}

/** Is told of events. */
export type Tell = (event: PublishEvent) => void;
