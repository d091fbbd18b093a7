import { join, resolve } from 'node:path';
import { ChartError } from '../errors.ts';
import { ensureWritable } from '../io/files.ts';
import { helmEngines } from '../io/helm-engines.ts';
import type { RegistryOptions } from '../oci/registry.ts';
import { fetchWhole } from '../oci/whole.ts';
import { LARGEST_CHART } from '../package/archive.ts';
import { loadArchive, withArchive } from '../verify/load-archive.ts';
import { completeImages, type AnonymousPull } from '../images/anonymous-pull.ts';
import type { Tell } from '../publish/events.ts';
import { publishedImages, type DoneJob, type Job, type PlannedJob } from '../publish/job.ts';
import { finish } from '../publish/finish.ts';
import { checkImages, refuseMissingImages, type ImageCheck } from '../images/check.ts';
import { freeTag } from '../publish/mirror.ts';
import { openBundle, type OpenedItem } from './open.ts';
import { executeAll, planAll } from '../publish/publish.ts';
import { remoteTarget, type RemoteTarget } from '../publish/remote-target.ts';

/** What `release --from-bundle` is given. */
interface BundleRelease {
  /** `oci://HOST/OWNER`, and how it is reached. */
  readonly registry: string;
  readonly options: RegistryOptions;
  readonly dryRun: boolean;
  readonly project: string;
  readonly tell: Tell;
}

/** What was planned and, unless it was a dry run, done. */
export interface ReleasedBundle {
  readonly planned: readonly PlannedJob[];
  readonly done: readonly DoneJob[];
  readonly pulls: readonly AnonymousPull[];
}

/** A job with the item that it publishes. */
interface BundleJob extends Job {
  readonly item: OpenedItem;
}

/**
 * Publishes a bundle where there is no internet: everything comes from the file. Charts are
 * loaded by Helm before, pulled by it afterwards, and have a receipt, as every release.
 *
 * @throws OCI_LAYOUT, HELM_FAILED for a chart that Helm cannot load;
 * PUBLISH_CONFLICT; OCI_NOT_FOUND when a chart names an image that is not there
 */
export async function releaseBundle(path: string, release: BundleRelease): Promise<ReleasedBundle> {
  const { registry, options, tell } = release;
  const target = remoteTarget(registry, release);
  const items = await openBundle(resolve(path));
  await loadCharts(items, options.env);
  const jobs = await Promise.all(items.map((item) => jobOf(item, target, tell)));
  const planned = await planAll(jobs, tell);
  const elsewhere = await checkElsewhere(items, target, tell);
  if (release.dryRun) return { planned, done: [], pulls: [] };
  // The receipt is written there when all is published; then it is too late to find out.
  await ensureWritable(join(release.project, 'dist'));
  const done = await executeAll(planned, tell);
  const pulls = await target.anonymousPulls([...publishedImages(done), ...completeImages(elsewhere)]);
  const images = done.filter(({ kind }) => kind === 'image');
  for (const job of done.filter(({ kind }) => kind === 'chart'))
    await finishChart(job, { images, pulls }, target, release);
  return { planned, done, pulls };
}

/** Has a real Helm 3 and Helm 4 load the charts: nobody knows who packed them. */
async function loadCharts(items: readonly OpenedItem[], env: NodeJS.ProcessEnv): Promise<void> {
  const engines = await helmEngines(env);
  for (const { chart, source } of items) {
    if (chart === undefined) continue;
    await withArchive(chart, await fetchWhole(source, chart.archive, LARGEST_CHART), (file) =>
      Promise.all(engines.map((helm) => loadArchive(helm, file, chart))),
    );
  }
}

/**
 * Looks at the images that the charts name at another place than this release puts them: a bundle
 * knows nothing of the recipe, by which they could have been named here.
 */
async function checkElsewhere(
  items: readonly OpenedItem[],
  target: RemoteTarget,
  tell: Tell,
): Promise<readonly ImageCheck[]> {
  const here = new Set(items.map(({ name, root }) => `${target.host}/${name}@${root.digest}`));
  const elsewhere = items
    .flatMap(({ chart }) => chart?.images ?? [])
    .filter(({ registry, repository, digest }) => !here.has(`${registry}/${repository}@${digest}`));
  const named = elsewhere.map(({ digest, registry, repository }) => ({
    digest,
    at: { registry, repository },
  }));
  const checks = await checkImages(named, target.open);
  for (const check of checks) tell({ event: 'image', check });
  refuseMissingImages(checks);
  for (const { store, state } of checks) {
    if (state === 'unchecked')
      tell({
        event: 'warning',
        text: `the chart names its image at ${store}, not at ${target.host}; for a chart that names the copy set images.mirror: oci://${target.host} in recipe.yaml before npm run bundle`,
      });
  }
  return checks;
}

async function finishChart(
  job: DoneJob<BundleJob>,
  { images, pulls }: { readonly images: readonly DoneJob[]; readonly pulls: readonly AnonymousPull[] },
  target: RemoteTarget,
  { project, tell }: BundleRelease,
): Promise<void> {
  const { item, plan } = job;
  if (item.chart === undefined) throw new ChartError('BUG', `${plan.target} is no chart`);
  const { name, version, archive } = item.chart;
  const chart = { name, version };
  const pull = () => target.pull({ ...chart, digest: archive.digest });
  const done = [...images, job];
  await finish(project, { chart, done, anonymousPulls: pulls, built: undefined }, pull, tell);
}

async function jobOf(item: OpenedItem, target: RemoteTarget, tell: Tell): Promise<BundleJob> {
  const { kind, name, tag, root, source } = item;
  const store = await target.chartStore(name);
  const free = kind === 'image' ? await freeTag(store, tag, root, tell) : tag;
  return { item, kind, publication: { source, root, target: store, tag: free } };
}
