import { join } from 'node:path';
import { ChartError } from './errors.ts';
import { run, type Invocation } from './io/command.ts';
import { writeAtomic } from './io/files.ts';
import { REPOSITORY_ROOT } from './io/repository-root.ts';
import { layoutStore } from './oci/layout.ts';
import { refuseMissingImages } from './publish/image-check.ts';
import type { Job } from './publish/publish.ts';
import { registryOf } from './publish/registry-of.ts';
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
    refuseBuildFlags(flags);
    const { releaseBundle } = await import('./publish/release-bundle.ts');
    await releaseBundle(bundle, { flags, project, env, out });
    return;
  }
  const dryRun = flags['dry-run'] === true;
  const [{ prepare }, { chartPublication, piecesOf }, { finish, releaseBase }, { executeAll, planAll }] =
    await Promise.all([
      import('./publish/prepare.ts'),
      import('./publish/publication.ts'),
      import('./publish/finish.ts'),
      import('./publish/publish.ts'),
    ]);
  const { built, artifact } = await prepare(project, { fetch: flags.fetch === true, dryRun }, env, out);
  printChecks(built.lock, out);
  const registry = registryOf({ flag: flags.registry, env }, built.project.recipe);
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
  const mirrors = flags['mirror-images'] === true;
  const images: readonly Job[] = mirrors ? ((await remote?.mirrorJobs(built)) ?? []) : [];
  const { mirror } = built.project.recipe;
  // A layout is a release, too: what it names must be there.
  const checker =
    remote ?? (mirror === undefined ? undefined : await openRemote(mirror, { flags, env, out }));
  const checks = mirrors ? [] : ((await checker?.checkImages(built)) ?? []);
  const planned = await planAll(
    [...images, { kind: 'chart', publication: chartPublication(artifact, target) }],
    out,
  );
  const own = project === REPOSITORY_ROOT ? undefined : project;
  refuseMissingImages(checks, mirror, own);
  if (dryRun) {
    out.json({ plans: planned.map(({ plan }) => plan) });
    return;
  }
  const base = releaseBase(artifact);
  await writeAtomic(join(project, `${base}.tgz`), artifact.chart.bytes);
  out.step('packed', `${base}.tgz (${artifact.chart.descriptor.size} bytes)`);
  const done = await executeAll(planned, out);
  const chart = done.find(({ kind }) => kind === 'chart');
  if (chart === undefined) throw new ChartError('BUG', 'No chart was published');
  const { name, version, chart: archive } = artifact;
  const receipt = await finish(
    project,
    {
      chart: { name, version },
      pieces: await piecesOf(chart.publication),
      plan: chart.plan,
      done,
      built,
    },
    remote && (() => remote.pull({ name, version, digest: archive.descriptor.digest })),
    out,
  );
  printDepartures(built.model.departures, built.lock, out);
  const { namespace } = built.project.recipe.argocd ?? {};
  printNextSteps(receipt, { registry: remote?.host, namespace, project: own }, out);
  out.json(receipt);
}

/** A bundle is published as it is: nothing is built, fetched or mirrored beside it. */
function refuseBuildFlags(flags: Invocation<typeof FLAGS>['flags']): void {
  const other = (['mirror-images', 'fetch'] as const).find((flag) => flags[flag] === true);
  if (other === undefined) return;
  throw new ChartError('USAGE', `--${other} does not go with --from-bundle, which builds nothing`, {
    hint: `Leave --${other} out: a bundle has its images with it.`,
  });
}

/** Loads what only a registry needs. */
async function openRemote(
  registry: string,
  invocation: Pick<Invocation<typeof FLAGS>, 'flags' | 'env' | 'out'>,
) {
  const { remoteTarget } = await import('./publish/remote-target.ts');
  return remoteTarget(registry, invocation);
}
