import { join } from 'node:path';
import { ChartError } from './errors.ts';
import { timestamp } from './fetch/clock.ts';
import { run } from './io/command.ts';
import { writeAtomic } from './io/files.ts';
import { formatReference, parseImageReference } from './oci/reference.ts';
import { resolveImage } from './oci/resolve-image.ts';
import type { ImageAnswer, WantedImage } from './templatize/pin.ts';

await run({
  name: 'pin',
  summary: 'Asks the registries which digests the image tags name, and writes them into the lock.',
  flags: {
    tag: { type: 'string', value: 'TAG', description: 'pin this tag in place of the one in recipe.yaml' },
    offline: { type: 'boolean', description: 'ask nobody: take the digests that recipe.yaml states' },
    'dry-run': { type: 'boolean', description: 'say what would change and write nothing' },
    'plain-http': { type: 'boolean', description: 'speak http with the registries' },
    'ca-file': { type: 'string', value: 'FILE', description: 'PEM file of further authorities to trust' },
  },
  notes: [
    'A digest that recipe.yaml states must be what the registry says.',
    'Credentials come from the config.json of docker or helm; HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS are honoured.',
  ].join('\n'),
  async action({ flags, project, out, env }) {
    const [
      { readProject },
      { LOCK_FILE, readSnapshot },
      { withObjects },
      { formatLock },
      { lockImage, wantedImages },
    ] = await Promise.all([
      import('./io/project.ts'),
      import('./fetch/snapshot.ts'),
      import('./pipeline.ts'),
      import('./recipe/lock.ts'),
      import('./templatize/pin.ts'),
    ]);
    const { recipe, files } = await readProject(project);
    const { manifest: upstream, lock: before } = await readSnapshot(project);
    const caFile = flags['ca-file'];
    const ask = async (image: WantedImage): Promise<ImageAnswer | undefined> =>
      flags.offline === true
        ? undefined
        : resolveImage(parseImageReference(nameOf(image)), {
            env,
            plainHttp: flags['plain-http'] === true,
            note: (text) => out.step('network', text),
            ...(caFile !== undefined && { caFile }),
          }).catch(suggestOffline);
    const pinned = await Promise.all(
      wantedImages(recipe, withObjects(upstream, files), flags.tag).map(
        async (image) => [image.path, lockImage(image, await ask(image))] as const,
      ),
    );
    const same = { ...before, images: Object.fromEntries(pinned) };
    const changed = formatLock(same) !== formatLock(before);
    // `created` changes only when something else does, so that a pin without news leaves no diff.
    const lock = changed ? { ...same, created: timestamp(env, Date.now()) } : same;
    const dryRun = flags['dry-run'] === true;
    if (changed && !dryRun) await writeAtomic(join(project, LOCK_FILE), formatLock(lock));

    for (const [path, image] of pinned) {
      const who = image.source === 'registry' ? 'the registry says so' : 'recipe.yaml says so';
      out.step('pinned', `${path}: ${formatReference(image)} (${who})`);
      const authored = recipe.images[path]?.tag;
      if (authored !== image.tag)
        out.warn(
          `recipe.yaml images.${path}.tag is ${authored}; write ${image.tag} there to keep it. ` +
            `chart.appVersion stays ${recipe.chart.appVersion}: set it to the version that runs`,
        );
    }
    out.step(!changed ? 'unchanged' : dryRun ? 'would write' : 'written', LOCK_FILE);
    out.json({ images: lock.images, before: before.images, changed, dryRun });
  },
});

function suggestOffline(error: unknown): never {
  if (!(error instanceof ChartError) || error.code !== 'REGISTRY_NETWORK') throw error;
  throw new ChartError(error.code, error.message, {
    cause: error,
    hint: 'Check the network and HTTPS_PROXY, or take the digests that recipe.yaml states by --offline.',
  });
}

function nameOf({ registry, repository, tag }: WantedImage): string {
  return `${registry}/${repository}:${tag}`;
}
