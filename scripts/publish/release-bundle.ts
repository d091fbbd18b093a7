import { ChartError } from '../errors.ts';
import type { Output } from '../io/output.ts';
import { HELM_CHART } from '../package/media-types.ts';
import type { BundleItem } from './bundle.ts';
import { finish } from './finish.ts';
import { freeTag } from './images.ts';
import { openBundle } from './open-bundle.ts';
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
  readonly item: BundleItem;
}

/**
 * Publishes a bundle where there is no internet: everything comes from the file. Charts are
 * pulled by Helm and have a receipt, as every release.
 *
 * @throws USAGE without a registry; OCI_LAYOUT, PUBLISH_CONFLICT
 */
export async function releaseBundle(path: string, release: BundleRelease): Promise<void> {
  const { flags, out } = release;
  const target = remoteTarget(await registry(release), release);
  const items = await openBundle(path);
  const jobs = await Promise.all(items.map((item) => jobOf(item, target, out)));
  const planned = await planAll(jobs, out);
  if (flags['dry-run'] === true) {
    out.json({ plans: planned.map(({ plan }) => plan) });
    return;
  }
  const done = await executeAll(planned, out);
  for (const job of done.filter(({ kind }) => kind === 'chart')) await finishChart(job, target, release);
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
async function registry({ flags, project, env }: BundleRelease): Promise<string> {
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

async function finishChart(
  job: DoneJob<BundleJob>,
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
  await finish(project, { chart, pieces, plan, done: [job], built: undefined }, pull, out);
}

async function jobOf(item: BundleItem, target: RemoteTarget, out: Output): Promise<BundleJob> {
  const { kind, name, tag, root, source } = item;
  const store = await target.chartStore(name);
  const free = kind === 'image' ? await freeTag(store, tag, root, out) : tag;
  return { item, kind, publication: { source, root, target: store, tag: free } };
}
