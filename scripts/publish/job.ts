import type { HeldImage } from '../images/anonymous-pull.ts';
import type { DoneStep } from './execute.ts';
import type { PublishPlan } from './plan.ts';
import type { Publication } from './publication.ts';
import type { Verification } from './read-back.ts';

/** A publication with what a person calls it. */
export interface Job {
  readonly kind: 'image' | 'chart';
  readonly publication: Publication;
}

/** A job whose plan is made. */
export type PlannedJob<J extends Job = Job> = J & { readonly plan: PublishPlan };

/** What became of a job. */
export type DoneJob<J extends Job = Job> = PlannedJob<J> & {
  readonly steps: readonly DoneStep[];
  readonly verification: Verification;
};

/** The images among jobs that are done. */
export function publishedImages(done: readonly DoneJob[]): readonly HeldImage[] {
  return done
    .filter(({ kind }) => kind === 'image')
    .map(({ plan }) => ({ store: plan.target, digest: plan.digest }));
}
