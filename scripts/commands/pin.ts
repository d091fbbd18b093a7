import { join } from 'node:path';
import { ChartError } from '../errors.ts';
import { timestamp } from '../fetch/clock.ts';
import { commandOf, type Invocation } from './terminal/command.ts';
import { readText, writeAtomic } from '../io/files.ts';
import { attempt, refuseAll } from '../recipe/drifts.ts';
import { formatReference, parseImageReference, tagMoves } from '../recipe/reference.ts';
import { PULL_FLAGS, pullOptions } from './terminal/registry-flags.ts';
import type { ImageAnswer, WantedImage } from '../chart/pin.ts';
import { member } from '../json/tree.ts';

const FLAGS = {
  tag: { type: 'string', value: 'TAG', description: 'pin this tag in place of the one in recipe.yaml' },
  from: {
    type: 'string',
    value: 'FILE',
    description: 'take the digests that this file states; only other images are asked for',
  },
  offline: { type: 'boolean', description: 'ask nobody: take what recipe.yaml, --from and the lock state' },
  'dry-run': { type: 'boolean', description: 'say what would change and write nothing' },
  ...PULL_FLAGS,
} as const;

export const command = commandOf({
  name: 'pin',
  summary: 'Asks the registries which digests the image tags name, and writes them into the lock.',
  flags: FLAGS,
  notes: [
    'A digest that recipe.yaml states must be what the registry says.',
    'FILE has a line NAME:TAG@sha256:… for each image, or is what skopeo inspect prints, or another lock.',
    'Credentials come from the config.json of docker or helm; HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS are honoured.',
  ].join('\n'),
  action: pin,
});

async function pin({ flags, project, out, env }: Invocation<typeof FLAGS>): Promise<void> {
  const [
    { readProject },
    { LOCK_FILE, readSnapshot },
    { withObjects },
    { formatLock },
    { fixedPaths, lockImage, wantedImages },
  ] = await Promise.all([
    import('../io/project.ts'),
    import('../fetch/snapshot.ts'),
    import('../chart/own-objects.ts'),
    import('../recipe/lock.ts'),
    import('../chart/pin.ts'),
  ]);
  const { recipe, files } = await readProject(project);
  const { manifest: upstream, lock: before } = await readSnapshot(project);
  const wanted = wantedImages(recipe, withObjects(upstream, files), flags.tag);
  const errors: ChartError[] = [];
  const answers = await answersFor(wanted, { flags, out, env });
  const pinned = wanted.flatMap((image) =>
    attempt(
      errors,
      () => [[image.path, lockImage(image, answers.get(image), member(before.images, image.path))] as const],
      [],
    ),
  );
  refuseAll(errors);
  const same = { ...before, images: Object.fromEntries(pinned) };
  const changed = formatLock(same) !== formatLock(before);
  // `created` changes only when something else does, so that a pin without news leaves no diff.
  const lock = changed ? { ...same, created: timestamp(env, Date.now()) } : same;
  const dryRun = flags['dry-run'] === true;
  if (changed && !dryRun) await writeAtomic(join(project, LOCK_FILE), formatLock(lock));

  for (const [path, image] of pinned) {
    out.step('pinned', `${path}: ${formatReference(image)} (${WHO[image.source]})`);
    const authored = member(recipe.images, path)?.tag;
    if (authored !== undefined && authored !== image.tag)
      out.warn(
        `recipe.yaml images.${path}.tag is ${authored}; write ${image.tag} there to keep it. ` +
          `chart.appVersion stays ${recipe.chart.appVersion}: set it to the version that runs`,
      );
  }
  const fixed = fixedPaths(wanted);
  const moving = pinned.filter(([path, { tag }]) => tagMoves(tag) && !fixed.has(path));
  for (const [path, { tag }] of moving)
    out.step('moves', `${path}: ${tag} names another image from time to time; pin again to follow it`);
  out.step(!changed ? 'unchanged' : dryRun ? 'would write' : 'written', LOCK_FILE);
  const moves = moving.map(([path]) => path);
  out.json({ images: lock.images, before: before.images, moves, changed, dryRun });
}

const WHO = {
  registry: 'the registry says so',
  recipe: 'recipe.yaml says so',
  file: 'the file says so',
} as const;

/** What the file states, and for other images what their registries say. */
async function answersFor(
  wanted: readonly WantedImage[],
  { flags, out, env }: Pick<Invocation<typeof FLAGS>, 'flags' | 'out' | 'env'>,
): Promise<ReadonlyMap<WantedImage, ImageAnswer>> {
  const stated = new Map(flags.from === undefined ? [] : await statedIn(flags.from, wanted));
  const asked = flags.offline === true ? [] : wanted.filter((image) => !stated.has(image) && !image.isFixed);
  if (asked.length === 0) return stated;
  const { askForDigests } = await import('./terminal/ask-for-digests.ts');
  const answers = new Map<WantedImage, ImageAnswer>(stated);
  // A registry that is away is away for all its images.
  const errors = new Map<string, ChartError>();
  for (const [image, answer] of await askForDigests(asked, pullOptions(flags, env, out), out))
    if (answer instanceof ChartError) errors.set(answer.message, leadingOn(answer));
    else answers.set(image, answer);
  refuseAll([...errors.values()]);
  return answers;
}

async function statedIn(
  file: string,
  wanted: readonly WantedImage[],
): Promise<readonly (readonly [WantedImage, ImageAnswer])[]> {
  const [{ parseDigestList, statedFor }, { nameOf }] = await Promise.all([
    import('../recipe/digest-list.ts'),
    import('../chart/pin.ts'),
  ]);
  const list = parseDigestList(await readText(file), file);
  return wanted.flatMap((image) => {
    const found = statedFor(parseImageReference(nameOf(image)), list);
    if (found === undefined) return [];
    return [[image, { digest: found.image.digest, platforms: found.platforms, source: 'file' }] as const];
  });
}

function leadingOn(error: ChartError): ChartError {
  if (error.code !== 'REGISTRY_NETWORK' && error.code !== 'REGISTRY_DENIED') return error;
  const hint = `${error.hint} Or take digests that were printed elsewhere by --from FILE, or those that recipe.yaml and the lock state by --offline.`;
  return new ChartError(error.code, error.message, { cause: error, hint });
}
