import { join } from 'node:path';
import { ChartError } from '../errors.ts';
import { commandOf, type Invocation } from './terminal/command.ts';
import { DEFAULT_PROJECT } from '../io/repository-root.ts';
import { layoutStore, withoutTag } from '../oci/layout.ts';
import type { ReleasedBundle } from '../bundle/release.ts';
import type { Output } from './terminal/output.ts';
import { teller } from './terminal/tell.ts';
import { registryOf } from './terminal/registry-of.ts';
import { npmCommand } from './terminal/npm-command.ts';
import { REGISTRY_FLAGS, registryOptions } from './terminal/registry-flags.ts';
import { printNextSteps } from './terminal/show.ts';

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
  again: {
    type: 'boolean',
    description: 'begin a version anew in the layout dist/oci, which nobody has seen; not in a registry',
  },
  'dry-run': { type: 'boolean', description: 'do everything but publish: print the plan' },
  ...REGISTRY_FLAGS,
} as const;

export const command = commandOf({
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
    const { releaseBundle } = await import('../bundle/release.ts');
    const registry = await bundleRegistry(flags.registry, project, env);
    const options = registryOptions(flags, env, out);
    const dryRun = flags['dry-run'] === true;
    const released = await releaseBundle(bundle, { registry, options, dryRun, project, tell: teller(out) });
    printBundle(released, dryRun, out);
    return;
  }
  const dryRun = flags['dry-run'] === true;
  const [{ readProject }, pipeline, { reviewChart, upstreamSide }, { printText }] = await Promise.all([
    import('../io/project.ts'),
    import('../pipeline.ts'),
    import('../sides/own.ts'),
    import('../review/print-text.ts'),
  ]);
  const { recipe } = await readProject(project);
  const { mirror } = recipe;
  const registry = registryOf({ flag: flags.registry, env }, recipe);
  if (registry === undefined && flags['mirror-images'] === true) {
    throw new ChartError('USAGE', '--mirror-images needs a registry', {
      hint: 'Say --registry oci://HOST/OWNER.',
    });
  }
  const again = flags.again === true;
  if (registry !== undefined && again) {
    throw new ChartError('USAGE', `--again does not go with the registry ${registry}: what it has stays`, {
      hint: 'Raise chart.version in recipe.yaml.',
    });
  }
  // A layout is a release, too: what it names must be there.
  const place = registry ?? mirror;
  const checker = place === undefined ? undefined : await openRemote(place, { flags, env, out });
  const remote = registry === undefined ? undefined : checker;
  await checker?.reach(recipe);
  const layout = layoutStore(join(project, 'dist', 'oci'), join('dist', 'oci'));
  const chartStore = async ({ name, version }: { readonly name: string; readonly version: string }) =>
    remote === undefined ? (again ? withoutTag(layout, version) : layout) : remote.chartStore(name);
  const own = project === DEFAULT_PROJECT ? undefined : project;
  const mirrorCommand = mirror && npmCommand('mirror', own);
  const mirrors = flags['mirror-images'] === true;
  const { built, planned, receipt } = await pipeline
    .release(
      project,
      { chartStore, remote, images: checker, mirrors, mirrorCommand },
      { fetch: flags.fetch === true, dryRun },
      env,
      teller(out),
    )
    .catch((error: unknown) => {
      throw remote === undefined ? suggestAgain(error) : error;
    });
  if (receipt === undefined) {
    out.json({ plans: planned.map(({ plan }) => plan) });
    return;
  }
  const installed = { values: {}, release: { name: recipe.chart.name, namespace: 'default' } };
  out.line();
  const found = reviewChart(built, upstreamSide(built), installed);
  for (const line of printText(found, (style, words) => out.paint(style, words))) out.line(line);
  const { namespace } = recipe.argocd ?? {};
  printNextSteps(receipt, { registry: remote?.host, namespace, project: own }, out);
  out.json(receipt);
}

function printBundle({ planned, done, pulls }: ReleasedBundle, dryRun: boolean, out: Output): void {
  if (dryRun) return out.json({ plans: planned.map(({ plan }) => plan) });
  out.json(
    done.map(({ kind, plan, steps }) => ({
      kind,
      target: plan.target,
      tag: plan.tag,
      digest: plan.digest,
      steps,
      pull: pulls.find(({ image }) => image === `${plan.target}@${plan.digest}`)?.pull,
    })),
  );
}

/** A conflict in a layout that may be nobody's yet. */
function suggestAgain(error: unknown): unknown {
  if (!(error instanceof ChartError) || error.code !== 'PUBLISH_CONFLICT') return error;
  const hint = `${error.hint} As long as nobody has seen dist/oci, --again begins the version anew.`;
  return new ChartError(error.code, error.message, { hint, cause: error });
}

/** A bundle is published as it is: nothing is built, fetched or mirrored beside it. */
function refuseBuildFlags(flags: Invocation<typeof FLAGS>['flags']): void {
  const other = (['mirror-images', 'fetch', 'again'] as const).find((flag) => flags[flag] === true);
  if (other === undefined) return;
  throw new ChartError('USAGE', `--${other} does not go with --from-bundle, which builds nothing`, {
    hint: `Leave --${other} out: a bundle has its images with it.`,
  });
}

/** The recipe is read only where nothing nearer names the registry: a bundle needs no project. */
async function bundleRegistry(
  flag: string | undefined,
  project: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const near = registryOf({ flag, env }, {});
  if (near !== undefined) return near;
  const { readProject } = await import('../io/project.ts');
  const found = registryOf({ flag, env }, (await readProject(project)).recipe);
  if (found !== undefined) return found;
  throw new ChartError('USAGE', '--from-bundle needs a registry', {
    hint: 'Say --registry oci://HOST/OWNER.',
  });
}

/** Loads what only a registry needs. */
async function openRemote(
  registry: string,
  { flags, env, out }: Pick<Invocation<typeof FLAGS>, 'flags' | 'env' | 'out'>,
) {
  const { remoteTarget } = await import('../publish/remote-target.ts');
  return remoteTarget(registry, { options: registryOptions(flags, env, out), tell: teller(out) });
}
