import { ChartError } from '../errors.ts';
import type { Output } from '../io/output.ts';
import { withBundle, type BundleItem } from './bundle.ts';
import { executeAll, planAll, type Job } from './publish.ts';
import type { RegistryFlagValues } from './registry-flags.ts';
import { remoteTarget, type RemoteTarget } from './remote-target.ts';

/**
 * Publishes a bundle where there is no internet: everything comes from the file.
 *
 * @throws USAGE without a registry; OCI_LAYOUT, PUBLISH_CONFLICT
 */
export async function releaseBundle(
  path: string,
  flags: RegistryFlagValues & { readonly registry?: string; readonly 'dry-run'?: boolean },
  env: NodeJS.ProcessEnv,
  out: Output,
): Promise<void> {
  const registry = flags.registry ?? env['REGISTRY'];
  if (registry === undefined) {
    throw new ChartError('USAGE', '--from-bundle needs a registry', {
      hint: 'Say --registry oci://HOST/OWNER.',
    });
  }
  const target = remoteTarget(registry, { flags, env, out });
  await withBundle(path, async (items) => {
    const jobs = await Promise.all(items.map((item) => jobOf(item, target)));
    const planned = await planAll(jobs, out);
    if (flags['dry-run'] === true) {
      out.json({ plans: planned.map(({ plan }) => plan) });
      return;
    }
    const done = await executeAll(planned, out);
    out.json(
      done.map(({ kind, plan, steps }) => ({
        kind,
        target: plan.target,
        tag: plan.tag,
        digest: plan.digest,
        steps,
      })),
    );
  });
}

async function jobOf({ kind, name, tag, root, source }: BundleItem, target: RemoteTarget): Promise<Job> {
  return { kind, publication: { source, root, target: await target.chartStore(name), tag } };
}
