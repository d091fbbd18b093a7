import { checkComplete, readBack } from './read-back.ts';
import { refuseConflict } from './conflict.ts';
import type { Tell } from './events.ts';
import { execute, inspect, type DoneStep } from './execute.ts';
import type { DoneJob, Job, PlannedJob } from './job.ts';
import { refuseShared } from './repositories.ts';

/**
 * Plans every job and tells the plans, before anything is written.
 *
 * @throws REGISTRY_REFERENCE when two would share a repository, PUBLISH_CONFLICT when a tag is on
 * another digest
 */
export async function planAll<J extends Job>(
  jobs: readonly J[],
  tell: Tell,
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
  for (const { plan } of planned) tell({ event: 'planned', plan });
  for (const job of planned) await refuseConflict(job);
  return planned;
}

/** Carries the jobs out one after the other, images before charts, and reads each back. */
export async function executeAll<J extends Job>(
  planned: readonly PlannedJob<J>[],
  tell: Tell,
): Promise<readonly DoneJob<J>[]> {
  const images = planned.filter(({ kind }) => kind === 'image');
  const charts = planned.filter(({ kind }) => kind === 'chart');
  const done: DoneJob<J>[] = [];
  for (const job of [...images, ...charts]) done.push(await executeJob(job, tell));
  return done;
}

async function executeJob<J extends Job>(job: PlannedJob<J>, tell: Tell): Promise<DoneJob<J>> {
  const { plan, publication, kind } = job;
  const steps = plan.state === 'publish' ? await transfer(job, tell) : [];
  const verification = await (kind === 'chart' ? readBack : checkComplete)(publication);
  const done = { ...job, steps, verification };
  tell({ event: 'done', job: done });
  return done;
}

async function transfer({ plan, publication }: PlannedJob, tell: Tell): Promise<readonly DoneStep[]> {
  const total = plan.steps.reduce((sum, { size }) => sum + size, 0);
  const copying = { event: 'copying', what: plan.target, total } as const;
  try {
    return await execute(publication, (step) => tell({ ...copying, step }));
  } finally {
    tell(copying);
  }
}
