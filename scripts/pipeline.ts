import { join } from 'node:path';
import { build, type Built } from './built.ts';
import type { FetchEvent } from './fetch/reach.ts';
import { completeImages } from './images/anonymous-pull.ts';
import { refuseMissingImages } from './images/check.ts';
import { diffChart, refuseForeign, writeGenerated } from './io/chart-dir.ts';
import { helmEngines } from './io/helm-engines.ts';
import type { ContentStore } from './oci/store.ts';
import { packageChart, type Artifact } from './package/artifact.ts';
import type { PublishEvent } from './publish/events.ts';
import { finish, writeArchive } from './publish/finish.ts';
import { publishedImages, type Job, type PlannedJob } from './publish/job.ts';
import { chartPublication } from './publish/publication.ts';
import { executeAll, planAll } from './publish/publish.ts';
import type { PublishReceipt } from './publish/receipt.ts';
import type { RemoteTarget } from './publish/remote-target.ts';
import type { Lock } from './recipe/lock.ts';
import type { Recipe } from './recipe/types.ts';
import { check, checkRelease, lintAndProve, measureRelease, refuseFindings } from './validate.ts';
import { withArchive } from './verify/load-archive.ts';

/** A chart that is built, proved and packed. */
export interface Prepared {
  readonly built: Built;
  readonly artifact: Artifact;
}

/** How much of it. */
interface PrepareOptions {
  /** Also hold the vendored snapshot against its source on the network. */
  readonly fetch?: boolean;
  /** Leave chart/ as it is. */
  readonly dryRun?: boolean;
}

/**
 * build → validate → package, and validate again the very archive that is published, on both Helms.
 * Writes chart/.
 *
 * @throws what the stages throw; CHART_FINDINGS
 */
export async function prepare(
  project: string,
  { fetch = false, dryRun = false }: PrepareOptions,
  env: NodeJS.ProcessEnv,
  tell: Tell,
): Promise<Prepared> {
  const built = await build(project);
  if (fetch) await proveSource(project, built.project.recipe, env, tell);
  refuseFindings([...check(built), ...checkRelease(built)]);
  await writeChart(project, built, dryRun, tell);
  const artifact = await packageChart(built.files, built.lock.created);
  await proveArchive(built, artifact, env, tell);
  return { built, artifact };
}

/** Where a release goes. */
export interface Destination {
  /** The store of the chart. */
  readonly chartStore: (artifact: Artifact) => Promise<ContentStore>;
  /** The registry of the chart; undefined for a layout. */
  readonly remote: RemoteTarget | undefined;
  /** Where the images are looked for; undefined: nowhere. */
  readonly images: RemoteTarget | undefined;
  /** Copy the images first. */
  readonly mirrors: boolean;
  /** The command that fills the mirror, for a hint; undefined without a mirror. */
  readonly mirrorCommand: string | undefined;
}

/** What was planned; with what was done, unless it was a dry run. */
export interface Released extends Prepared {
  readonly planned: readonly PlannedJob[];
  readonly receipt: PublishReceipt | undefined;
}

/**
 * prepare → publish → verify: the images first, the chart's tag last, everything read back.
 *
 * @throws what the stages throw; PUBLISH_CONFLICT, MIRROR_INCOMPLETE, VERIFY_FAILED
 */
export async function release(
  project: string,
  { chartStore, remote, images, mirrors, mirrorCommand }: Destination,
  options: PrepareOptions,
  env: NodeJS.ProcessEnv,
  tell: Tell,
): Promise<Released> {
  const { built, artifact } = await prepare(project, options, env, tell);
  tell({ event: 'checked', lock: built.lock });
  const chart: Job = { kind: 'chart', publication: chartPublication(artifact, await chartStore(artifact)) };
  const jobs = mirrors ? ((await images?.mirrorJobs(built)) ?? []) : [];
  const checks = mirrors ? [] : ((await images?.checkImages(built)) ?? []);
  const planned = await planAll([...jobs, chart], tell);
  refuseMissingImages(checks, mirrorCommand);
  if (options.dryRun === true) return { built, artifact, planned, receipt: undefined };
  await writeArchive(project, artifact, tell);
  const done = await executeAll(planned, tell);
  const held = mirrors ? publishedImages(done) : completeImages(checks);
  const pulls = (await images?.anonymousPulls(held, built.project.recipe)) ?? [];
  const { name, version } = artifact;
  const { digest } = artifact.chart.descriptor;
  const receipt = await finish(
    project,
    { chart: { name, version }, done, anonymousPulls: pulls, built },
    remote && (() => remote.pull({ name, version, digest })),
    tell,
  );
  return { built, artifact, planned, receipt };
}

/** What the pipeline says of itself while it works. */
export type PipelineEvent =
  | PublishEvent
  | FetchEvent
  | { readonly event: 'fetched'; readonly bytes: number; readonly sha256: string }
  | { readonly event: 'built'; readonly built: Built; readonly changes: number; readonly dryRun: boolean }
  /** On these versions of Helm. */
  | { readonly event: 'proved'; readonly renders: number; readonly by: readonly string[] }
  /** All that was held against each other holds. */
  | { readonly event: 'checked'; readonly lock: Lock };

type Tell = (event: PipelineEvent) => void;

async function proveSource(
  project: string,
  { upstream }: Recipe,
  env: NodeJS.ProcessEnv,
  tell: Tell,
): Promise<void> {
  const [{ userReach }, { verifySource }] = await Promise.all([
    import('./fetch/reach.ts'),
    import('./fetch/verify-source.ts'),
  ]);
  const { bytes, sha256 } = await verifySource(project, upstream, userReach(env, tell));
  tell({ event: 'fetched', bytes: bytes.length, sha256 });
}

async function writeChart(project: string, built: Built, dryRun: boolean, tell: Tell): Promise<void> {
  const chart = join(project, 'chart');
  const warn = (text: string): void => tell({ event: 'warning', text });
  const diff = await (dryRun ? diffChart(chart, built.files) : writeGenerated(chart, built.files, warn));
  refuseForeign(chart, diff);
  const { changed, added, removed } = diff;
  tell({ event: 'built', built, changes: changed.length + added.length + removed.length, dryRun });
}

/**
 * Packs a chart that is not written yet and has both Helms lint and prove it.
 *
 * @throws CHART_FINDINGS, HELM_MISSING, HELM_FAILED
 */
export async function proveBuilt(built: Built, env: NodeJS.ProcessEnv, tell: Tell): Promise<void> {
  await proveArchive(built, await packageChart(built.files, built.lock.created), env, tell);
}

/** Has both Helms lint, prove and measure the archive. */
async function proveArchive(
  built: Built,
  artifact: Artifact,
  env: NodeJS.ProcessEnv,
  tell: Tell,
): Promise<void> {
  const engines = await helmEngines(env);
  const [proof, sizes] = await withArchive(artifact, artifact.chart.bytes, (archive) =>
    Promise.all([lintAndProve(built, archive, engines), measureRelease(built, archive, engines)]),
  );
  refuseFindings([...proof.findings, ...sizes]);
  for (const { message, hint } of sizes) tell({ event: 'warning', text: `${message}. ${hint}` });
  tell({ event: 'proved', renders: proof.renders, by: engines.map(({ version }) => version) });
}
