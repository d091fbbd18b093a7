import { ChartError } from '../errors.ts';
import { commandOf } from './terminal/command.ts';
import { publishedImages } from '../publish/job.ts';
import { mirrorPublication } from '../publish/mirror.ts';
import { pinnedImages } from '../images/pinned.ts';
import { registryOf } from './terminal/registry-of.ts';
import { teller } from './terminal/tell.ts';
import { REGISTRY_FLAGS, registryOptions } from './terminal/registry-flags.ts';

export const command = commandOf({
  name: 'mirror',
  summary: 'Copies the pinned images to a registry of your own, every platform, the digest unchanged.',
  flags: {
    registry: {
      type: 'string',
      value: 'oci://HOST/OWNER',
      description: 'the mirror (default: recipe.yaml images.mirror, $REGISTRY, publish.registry)',
    },
    platform: {
      type: 'string',
      value: 'OS/ARCH',
      multiple: true,
      description: 'only this platform (repeatable); changes the digest, so it needs --new-digest',
    },
    'new-digest': {
      type: 'boolean',
      description: 'accept that a copy of some platforms has another digest than the pinned one',
    },
    'dry-run': { type: 'boolean', description: 'print the plan and copy nothing' },
    ...REGISTRY_FLAGS,
  },
  async action({ flags, project, out, env }) {
    const [{ readProject }, { readLock }, { executeAll, planAll }, { remoteTarget }] = await Promise.all([
      import('../io/project.ts'),
      import('../fetch/snapshot.ts'),
      import('../publish/publish.ts'),
      import('../publish/remote-target.ts'),
    ]);
    const [{ recipe }, lock] = await Promise.all([readProject(project), readLock(project)]);
    const registry = registryOf({ flag: flags.registry, env, images: true }, recipe);
    if (registry === undefined) {
      throw new ChartError('USAGE', 'npm run mirror: no registry is named', {
        hint: 'Say --registry oci://HOST/OWNER, or set images.mirror in recipe.yaml.',
      });
    }
    const platforms = flags.platform ?? [];
    if (platforms.length > 0 && flags['new-digest'] !== true) {
      throw new ChartError(
        'USAGE',
        '--platform makes another digest than the pinned one, which the chart names',
        { hint: 'Copy every platform, or say --new-digest and set the digest in the values yourself.' },
      );
    }
    const tell = teller(out);
    const target = remoteTarget(registry, { options: registryOptions(flags, env, out), tell });
    const mirror = { mirror: `oci://${target.host}`, open: target.open, tell, platforms };
    const publications = await Promise.all(
      pinnedImages(lock).map((image) => mirrorPublication(image, mirror)),
    );
    const planned = await planAll(
      publications.map((publication) => ({ kind: 'image' as const, publication })),
      tell,
    );
    if (flags['dry-run'] === true) {
      out.json({ plans: planned.map(({ plan }) => plan) });
      return;
    }
    const done = await executeAll(planned, tell);
    const pulls = await target.anonymousPulls(publishedImages(done), recipe);
    out.json(
      done.map(({ plan, steps }, i) => ({
        target: plan.target,
        tag: plan.tag,
        digest: plan.digest,
        steps,
        pull: pulls[i]?.pull,
      })),
    );
  },
});
