import type { Output } from '../io/output.ts';
import { progressBar } from '../io/progress.ts';
import { checkComplete, readBack, type Verification } from '../verify/read-back.ts';
import { refuseConflict } from './conflict.ts';
import { execute, inspect, type DoneStep } from './execute.ts';
import type { PublishPlan } from './plan.ts';
import type { Publication } from './publication.ts';
import { refuseShared } from './repositories.ts';
import { printPlan } from './show.ts';

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

/**
 * Plans every job and prints the plans, before anything is written.
 *
 * @throws REGISTRY_REFERENCE when two would share a repository, PUBLISH_CONFLICT when a tag is on
 * another digest
 */
export async function planAll<J extends Job>(
  jobs: readonly J[],
  out: Output,
): Promise<readonly PlannedJob<J>[]> {
  refuseShared(
    jobs.map(({ kind, publication: { source, target } }) => ({
      what: `the ${kind} ${source.name}`,
      repository: target.name,
    })),
  );
  const planned = await Promise.all(
    jobs.map(async (job) => ({ ...job, plan: await inspect(job.publication) })),
  );
  for (const { plan } of planned) printPlan(plan, out);
  for (const job of planned) await refuseConflict(job);
  return planned;
}

/** Carries the jobs out one after the other, images before charts, and reads each back. */
export async function executeAll<J extends Job>(
  planned: readonly PlannedJob<J>[],
  out: Output,
): Promise<readonly DoneJob<J>[]> {
  const images = planned.filter(({ kind }) => kind === 'image');
  const charts = planned.filter(({ kind }) => kind === 'chart');
  const done: DoneJob<J>[] = [];
  for (const job of [...images, ...charts]) done.push(await executeJob(job, out));
  return done;
}

async function executeJob<J extends Job>(job: PlannedJob<J>, out: Output): Promise<DoneJob<J>> {
  const { plan, publication, kind } = job;
  const name = `${plan.target}:${plan.tag}`;
  const steps = plan.state === 'publish' ? await transfer(job, out) : [];
  const verification = await (kind === 'chart' ? readBack : checkComplete)(publication);
  const restored = plan.state === 'publish' && plan.steps.at(-1)?.action === 'skip';
  if (restored) out.step('restored', `${name}, which had lost content (${summary(steps)})`);
  else if (plan.state === 'published') out.step('unchanged', `${name} is already published with this digest`);
  else out.step('published', `${name} (${summary(steps)})`);
  out.step(
    'verified',
    kind === 'chart'
      ? `${verification.bytes} bytes read back by tag, equal`
      : `every piece of ${plan.digest} is there`,
  );
  return { ...job, steps, verification };
}

async function transfer({ plan, publication }: PlannedJob, out: Output): Promise<readonly DoneStep[]> {
  const total = plan.steps.reduce((sum, { size }) => sum + size, 0);
  const bar = progressBar(out, plan.target, total);
  try {
    return await execute(publication, ({ action, bytes, descriptor }) => {
      if (action === 'progress') bar.add(bytes);
      else if (action !== 'upload') bar.skip(descriptor.size);
    });
  } finally {
    bar.done();
  }
}

function summary(steps: readonly DoneStep[]): string {
  const count = (action: DoneStep['action']): number => steps.filter((step) => step.action === action).length;
  return `${count('upload')} uploaded, ${count('mount')} mounted, ${count('skip')} there already`;
}
