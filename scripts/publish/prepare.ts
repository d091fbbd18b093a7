import { join } from 'node:path';
import { diffChart, writeChart } from '../io/chart-dir.ts';
import { helmEngines } from '../io/helm-engines.ts';
import type { Output } from '../io/output.ts';
import { withTemporaryFolder } from '../io/temporary.ts';
import { packageChart, type Artifact } from '../package/artifact.ts';
import { build, check, lintAndProve, refuseFindings, type Built } from '../pipeline.ts';

/** A chart that is built, proved and packed. */
export interface Prepared {
  readonly built: Built;
  readonly artifact: Artifact;
}

/** How much of it. */
interface PrepareOptions {
  /** Also hold the vendored snapshot against its source on the network. */
  readonly fetch?: boolean;
  /** Leave chart/ as it is: lint and prove in a folder of its own. */
  readonly dryRun?: boolean;
}

/**
 * Everything of a release but publishing: build, check, lint, prove, pack. Writes chart/.
 *
 * @throws what the stages throw; CHART_FINDINGS
 */
export async function prepare(
  project: string,
  { fetch = false, dryRun = false }: PrepareOptions,
  env: NodeJS.ProcessEnv,
  out: Output,
): Promise<Prepared> {
  const built = await build(project);
  const { recipe } = built.project;
  if (fetch) {
    const [{ userReach }, { verifySource }] = await Promise.all([
      import('../fetch/reach.ts'),
      import('../fetch/verify-source.ts'),
    ]);
    const { bytes, sha256 } = await verifySource(project, recipe.upstream, userReach(env, out));
    out.step('fetched', `the source's ${bytes.length} bytes (sha256 ${sha256}) become the vendored snapshot`);
  }
  refuseFindings(check(built));
  const chart = join(project, 'chart');
  const { changed, added, removed } = await (dryRun ? diffChart : writeChart)(chart, built.files);
  const changes = changed.length + added.length + removed.length;
  const { resources } = built.manifest;
  out.step(
    'built',
    `${recipe.chart.name} ${recipe.chart.version}: ${resources.length} resources, ${built.model.lifts.length} fields lifted, ${changes} files ${dryRun ? 'would change' : 'changed'}`,
  );
  const engines = await helmEngines(env);
  const proof = dryRun
    ? await withTemporaryFolder('chart-', async (folder) => {
        await writeChart(folder, built.files);
        return lintAndProve(built, folder, engines);
      })
    : await lintAndProve(built, chart, engines);
  refuseFindings(proof.findings);
  out.step(
    'proved',
    `${proof.renders} renders equal to the oracle on ${engines.map(({ version }) => `Helm ${version}`).join(' and ')}`,
  );
  return { built, artifact: await packageChart(built.files, built.lock.created) };
}
