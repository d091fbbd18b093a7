import { join } from 'node:path';
import { run } from './io/command.ts';
import { writeChart } from './io/chart-dir.ts';
import { writeAtomic } from './io/files.ts';
import { helmEngines } from './io/helm-engines.ts';
import { layoutStore } from './oci/layout.ts';
import { packageChart } from './package/artifact.ts';
import { build, check, lintAndProve, refuseFindings } from './pipeline.ts';
import { refuseConflict } from './publish/conflict.ts';
import { execute, inspect } from './publish/execute.ts';
import { chartPublication } from './publish/publication.ts';
import { receiptOf } from './publish/receipt.ts';
import { printDepartures, printNextSteps, printPlan } from './publish/show.ts';
import { readBack } from './verify/read-back.ts';

await run({
  name: 'release',
  summary: 'Builds, proves, packs and publishes the chart; without a registry, to the image layout dist/oci.',
  flags: {
    fetch: {
      type: 'boolean',
      description: 'first check the vendored snapshot against its source on the network',
    },
    'dry-run': { type: 'boolean', description: 'do everything but publish: print the plan' },
  },
  async action({ flags, project, out, env }) {
    const built = await build(project);
    const { recipe } = built.project;
    if (flags.fetch === true) {
      const [{ userReach }, { verifySource }] = await Promise.all([
        import('./fetch/reach.ts'),
        import('./fetch/verify-source.ts'),
      ]);
      const { bytes, sha256 } = await verifySource(project, recipe.upstream, userReach(env, out));
      out.step(
        'fetched',
        `the source's ${bytes.length} bytes (sha256 ${sha256}) become the vendored snapshot`,
      );
    }
    refuseFindings(check(built));
    const chart = join(project, 'chart');
    const { changed, added, removed } = await writeChart(chart, built.files);
    out.step(
      'built',
      `${recipe.chart.name} ${recipe.chart.version}: ${built.manifest.resources.length} resources, ${built.model.lifts.length} fields lifted, ${changed.length + added.length + removed.length} files changed`,
    );

    const engines = await helmEngines(env);
    const proof = await lintAndProve(built, chart, engines);
    refuseFindings(proof.findings);
    out.step(
      'proved',
      `${proof.renders} renders equal to the oracle on ${engines.map(({ version }) => `Helm ${version}`).join(' and ')}`,
    );

    const artifact = await packageChart(built.files, built.lock.created);
    const archive = join('dist', `${artifact.name}-${artifact.version}.tgz`);
    const dryRun = flags['dry-run'] === true;
    if (!dryRun) await writeAtomic(join(project, archive), artifact.chart.bytes);
    out.step('packed', `${archive} (${artifact.chart.descriptor.size} bytes)`);

    const store = layoutStore(join(project, 'dist', 'oci'), join('dist', 'oci'));
    const publication = chartPublication(artifact, store);
    const plan = await inspect(publication);
    printPlan(plan, out);
    await refuseConflict(publication, plan);
    if (dryRun) {
      out.json({ plan });
      return;
    }
    const steps = plan.state === 'publish' ? await execute(publication) : [];
    const { bytes } = await readBack(publication);
    const receipt = receiptOf({ artifact, plan, steps, model: built.model, lock: built.lock });
    const receiptFile = join('dist', `${artifact.name}-${artifact.version}.receipt.json`);
    await writeAtomic(join(project, receiptFile), `${JSON.stringify(receipt, null, 2)}\n`);
    out.step(
      plan.state === 'published' ? 'unchanged' : 'published',
      plan.state === 'published'
        ? `${plan.target}:${plan.tag} is already published with this digest`
        : `${plan.target}:${plan.tag}`,
    );
    out.step('verified', `${bytes} bytes read back by tag, equal`);
    printDepartures(built.model.departures, built.lock, out);
    printNextSteps(receipt, out);
    out.json(receipt);
  },
});
