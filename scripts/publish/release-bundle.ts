import { join, resolve } from 'node:path';
import { ChartError } from '../errors.ts';
import { ensureWritable } from '../io/files.ts';
import type { Output } from '../io/output.ts';
import { HELM_CHART } from '../package/media-types.ts';
import { finish } from './finish.ts';
import { checkImages, refuseMissingImages } from './image-check.ts';
import { freeTag } from './images.ts';
import { openBundle, type OpenedItem } from './open-bundle.ts';
import { piecesOf } from './publication.ts';
import { executeAll, planAll, type DoneJob, type Job } from './publish.ts';
import { registryOf } from './registry-of.ts';
import type { RegistryFlagValues } from './registry-flags.ts';
import { remoteTarget, type RemoteTarget } from './remote-target.ts';

/** What `release --from-bundle` is given. */
interface BundleRelease {
  readonly flags: RegistryFlagValues & { readonly registry?: string; readonly 'dry-run'?: boolean };
  readonly project: string;
  readonly env: NodeJS.ProcessEnv;
  readonly out: Output;
}

/** A job with the item that it publishes. */
interface BundleJob extends Job {
  readonly item: OpenedItem;
}

/**
 * Publishes a bundle where there is no internet: everything comes from the file. Charts are
 * pulled by Helm and have a receipt, as every release.
 *
 * @throws USAGE without a registry; OCI_LAYOUT, PUBLISH_CONFLICT; OCI_NOT_FOUND when a chart names
 * an image that is not there
 */
export async function releaseBundle(path: string, release: BundleRelease): Promise<void> {
  const { flags, out } = release;
  const target = remoteTarget(await registryFor(release), release);
  const items = await openBundle(resolve(path));
  const jobs = await Promise.all(items.map((item) => jobOf(item, target, out)));
  const planned = await planAll(jobs, out);
  await checkElsewhere(items, target, out);
  if (flags['dry-run'] === true) {
    out.json({ plans: planned.map(({ plan }) => plan) });
    return;
  }
  // The receipt is written there when all is published; then it is too late to find out.
  await ensureWritable(join(release.project, 'dist'));
  const done = await executeAll(planned, out);
  const images = done.filter(({ kind }) => kind === 'image');
  for (const job of done.filter(({ kind }) => kind === 'chart'))
    await finishChart(job, images, target, release);
  out.json(
    done.map(({ kind, plan, steps }) => ({
      kind,
      target: plan.target,
      tag: plan.tag,
      digest: plan.digest,
      steps,
    })),
  );
}

/** The recipe is read only where nothing nearer names the registry: a bundle needs no project. */
async function registryFor({ flags, project, env }: BundleRelease): Promise<string> {
  const named = { flag: flags.registry, env };
  const near = registryOf(named, {});
  if (near !== undefined) return near;
  const { readProject } = await import('../io/project.ts');
  const found = registryOf(named, (await readProject(project)).recipe);
  if (found !== undefined) return found;
  throw new ChartError('USAGE', '--from-bundle needs a registry', {
    hint: 'Say --registry oci://HOST/OWNER.',
  });
}

/**
 * Looks at the images that the charts name at another place than this release puts them: a bundle
 * knows nothing of the recipe, by which they could have been named here.
 */
async function checkElsewhere(
  items: readonly OpenedItem[],
  target: RemoteTarget,
  out: Output,
): Promise<void> {
  const here = new Set(items.map(({ name, root }) => `${target.host}/${name}@${root.digest}`));
  const elsewhere = items
    .flatMap(({ images }) => images)
    .filter(({ registry, repository, digest }) => !here.has(`${registry}/${repository}@${digest}`));
  const named = elsewhere.map(({ digest, registry, repository }) => ({
    digest,
    at: { registry, repository },
  }));
  const checks = await checkImages(named, target.open, out);
  refuseMissingImages(checks, undefined);
  for (const { store, state } of checks) {
    if (state === 'unchecked')
      out.warn(
        `the chart names its image at ${store}, not at ${target.host}; for a chart that names the copy set images.mirror: oci://${target.host} in recipe.yaml before npm run bundle`,
      );
  }
}

async function finishChart(
  job: DoneJob<BundleJob>,
  images: readonly DoneJob<BundleJob>[],
  target: RemoteTarget,
  { project, out }: BundleRelease,
): Promise<void> {
  const { item, publication, plan } = job;
  const pieces = await piecesOf(publication);
  const archive = pieces.find(({ descriptor }) => descriptor.mediaType === HELM_CHART);
  if (archive === undefined)
    throw new ChartError('OCI_LAYOUT', `${plan.target}:${plan.tag} has no chart layer`);
  const chart = { name: item.name, version: item.tag };
  const pull = () => target.pull({ ...chart, digest: archive.descriptor.digest });
  await finish(project, { chart, pieces, plan, done: [...images, job], built: undefined }, pull, out);
}

async function jobOf(item: OpenedItem, target: RemoteTarget, out: Output): Promise<BundleJob> {
  const { kind, name, tag, root, source } = item;
  const store = await target.chartStore(name);
  const free = kind === 'image' ? await freeTag(store, tag, root, out) : tag;
  return { item, kind, publication: { source, root, target: store, tag: free } };
}
