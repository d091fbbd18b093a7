import { join } from 'node:path';
import { ChartError } from './errors.ts';
import { REPOSITORY_ROOT, run, type Invocation } from './io/command.ts';
import { writeAtomic } from './io/files.ts';
import { layoutStore } from './oci/layout.ts';
import type { Job } from './publish/publish.ts';
import { receiptOf } from './publish/receipt.ts';
import { REGISTRY_FLAGS } from './publish/registry-flags.ts';
import { printChecks, printDepartures, printNextSteps } from './publish/show.ts';

const FLAGS = {
  registry: {
    type: 'string',
    value: 'oci://HOST/OWNER',
    description: 'publish there (default: $REGISTRY, recipe.yaml publish.registry, else dist/oci)',
  },
  'mirror-images': { type: 'boolean', description: 'first copy the pinned images to the mirror' },
  'from-bundle': {
    type: 'string',
    value: 'FILE',
    description: 'publish what npm run bundle wrote; builds nothing',
  },
  fetch: {
    type: 'boolean',
    description: 'first check the vendored snapshot against its source on the network',
  },
  'dry-run': { type: 'boolean', description: 'do everything but publish: print the plan' },
  ...REGISTRY_FLAGS,
} as const;

await run({
  name: 'release',
  summary: 'Builds, proves, packs and publishes the chart; without a registry, to the image layout dist/oci.',
  flags: FLAGS,
  notes:
    'Credentials: --username with --password-stdin, GITEA_TOKEN, REGISTRY_USERNAME and REGISTRY_PASSWORD, or the\nlogins of docker and helm.',
  action: release,
});

async function release({ flags, project, out, env }: Invocation<typeof FLAGS>): Promise<void> {
  const bundle = flags['from-bundle'];
  if (bundle !== undefined) {
    const { releaseBundle } = await import('./publish/release-bundle.ts');
    await releaseBundle(bundle, flags, env, out);
    return;
  }
  const [{ prepare }, { chartPublication }, { executeAll, planAll }] = await Promise.all([
    import('./publish/prepare.ts'),
    import('./publish/publication.ts'),
    import('./publish/publish.ts'),
  ]);
  const { built, artifact } = await prepare(project, flags.fetch === true, env, out);
  printChecks(built.lock, out);
  const registry = flags.registry ?? env['REGISTRY'] ?? built.project.recipe.publish?.registry;
  const remote = registry === undefined ? undefined : await openRemote(registry, { flags, env, out });
  if (remote === undefined && flags['mirror-images'] === true) {
    throw new ChartError('USAGE', '--mirror-images needs a registry', {
      hint: 'Say --registry oci://HOST/OWNER.',
    });
  }
  const target =
    remote === undefined
      ? layoutStore(join(project, 'dist', 'oci'), join('dist', 'oci'))
      : await remote.chartStore(artifact.name);
  const images: readonly Job[] = (await remote?.imageJobs(built, flags['mirror-images'] === true)) ?? [];
  const planned = await planAll(
    [...images, { kind: 'chart', publication: chartPublication(artifact, target) }],
    out,
  );
  if (flags['dry-run'] === true) {
    out.json({ plans: planned.map(({ plan }) => plan) });
    return;
  }
  const base = join('dist', `${artifact.name}-${artifact.version}`);
  await writeAtomic(join(project, `${base}.tgz`), artifact.chart.bytes);
  out.step('packed', `${base}.tgz (${artifact.chart.descriptor.size} bytes)`);
  const done = await executeAll(planned, out);
  await remote?.pull(artifact);
  const chart = done.find(({ kind }) => kind === 'chart');
  if (chart === undefined) throw new ChartError('BUG', 'No chart was published');
  const receipt = receiptOf({
    artifact,
    plan: chart.plan,
    steps: done.flatMap(({ steps }) => steps),
    model: built.model,
    lock: built.lock,
  });
  await writeAtomic(join(project, `${base}.receipt.json`), `${JSON.stringify(receipt, null, 2)}\n`);
  printDepartures(built.model.departures, built.lock, out);
  const own = project === REPOSITORY_ROOT.replace(/\/$/, '') ? undefined : project;
  printNextSteps(receipt, remote?.host, own, out);
  out.json(receipt);
}

/** Loads what only a registry needs. */
async function openRemote(
  registry: string,
  invocation: Pick<Invocation<typeof FLAGS>, 'flags' | 'env' | 'out'>,
) {
  const { remoteTarget } = await import('./publish/remote-target.ts');
  return remoteTarget(registry, invocation);
}
