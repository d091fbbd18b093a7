import { ChartError } from '../errors.ts';
import { timestamp } from '../fetch/clock.ts';
import { userReach } from '../fetch/reach.ts';
import { commandOf, type Invocation } from './terminal/command.ts';
import { PULL_FLAGS, pullOptions } from './terminal/registry-flags.ts';
import { teller } from './terminal/tell.ts';

const FLAGS = {
  from: {
    type: 'string',
    value: 'FILE|URL',
    description: "upstream's file, in place of what the recipe names",
  },
  sha256: { type: 'string', value: 'HEX', description: 'accept only a file with this checksum' },
  apply: {
    type: 'boolean',
    description:
      'make the edits of recipe.yaml that are sure: names that changed, departures that are none any more',
  },
  accept: {
    type: 'string',
    value: 'WHAT',
    multiple: true,
    description:
      'rbac: upstream may ask for more rights; gone: values may go for which it has nothing any more (repeatable)',
  },
  list: { type: 'boolean', description: "print upstream's versions, the newest first, and do nothing" },
  offline: { type: 'boolean', description: 'ask no registry for digests: what nobody states is left open' },
  'dry-run': { type: 'boolean', description: 'do everything but write' },
  ...PULL_FLAGS,
} as const;

export const command = commandOf({
  name: 'bump',
  summary: 'Brings the project to another version of upstream: all of it, or nothing.',
  flags: FLAGS,
  positionals: 'VERSION',
  notes: [
    'It shows what is new upstream, applies the recipe, and builds and proves the chart; or it lists all that no longer',
    'fits, each with its line and the edit that mends it. The next version and the changelog follow from what changed.',
    'docs/bump.md explains it.',
  ].join('\n'),
  action: bump,
});

async function bump(invocation: Invocation<typeof FLAGS>): Promise<number> {
  const { flags, project, out, env, positionals } = invocation;
  if (flags.list === true) return list(invocation);
  const [version, more] = positionals;
  if (version === undefined || more !== undefined || !/^\S+$/.test(version))
    throw new ChartError('USAGE', 'bump needs one version of upstream', {
      hint: 'For example: npm run bump -- v1.2.3. npm run bump -- --list prints those that there are.',
    });
  const { from, sha256, accept = [] } = flags;
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256))
    throw new ChartError(
      'USAGE',
      `--sha256 must be 64 hex digits in lower case; found ${JSON.stringify(sha256)}`,
    );
  const [
    { ACCEPTED, planBump },
    { committedText, releasedChart },
    { preferredHelm },
    { writeTogether },
    { proveBuilt },
    { askForDigests },
    { reportBump },
  ] = await Promise.all([
    import('../renew/plan.ts'),
    import('../sides/revision.ts'),
    import('../io/helm-engines.ts'),
    import('../io/together.ts'),
    import('../pipeline.ts'),
    import('./terminal/ask-for-digests.ts'),
    import('./terminal/show-bump.ts'),
  ]);
  const accepted = ACCEPTED.filter((one) => accept.includes(one));
  const other = accept.find((one) => !accepted.some((known) => known === one));
  if (other !== undefined)
    throw new ChartError('USAGE', `--accept ${other} is not known`, {
      hint: `Say ${ACCEPTED.join(' or ')}.`,
    });
  const tell = teller(out);
  const found = await planBump(
    {
      project,
      version,
      apply: flags.apply === true,
      accepted: new Set(accepted),
      now: timestamp(env, Date.now()),
      ...(from !== undefined && { from }),
      ...(sha256 !== undefined && { sha256 }),
    },
    {
      reach: userReach(env, tell),
      ask: async (wanted) =>
        flags.offline === true || wanted.length === 0
          ? new Map()
          : askForDigests(wanted, pullOptions(flags, env, out), out),
      prove: (built) => proveBuilt(built, env, tell),
      released: (built) => releasedChart(built, () => preferredHelm(env)),
      committed: (root) => committedText(root, 'recipe.yaml'),
    },
  );
  const dryRun = flags['dry-run'] === true;
  if (found.state === 'ready' && !dryRun) await writeTogether(project, found.files);
  reportBump(found, { dryRun, trusted: sha256 === undefined }, out);
  return found.state === 'drifted' || found.state === 'rights' ? 1 : 0;
}

async function list({ project, out, env }: Invocation<typeof FLAGS>): Promise<number> {
  const [{ readRecipe }, { upstreamTags }, { newerTags, sortedTags }] = await Promise.all([
    import('../io/project.ts'),
    import('../fetch/tags.ts'),
    import('../bump/versions.ts'),
  ]);
  const { version, url, mirrors = [] } = (await readRecipe(project)).upstream;
  const tags = sortedTags(
    version,
    await upstreamTags([url, ...mirrors], userReach(env, teller(out)).network),
  );
  const newer = newerTags(version, tags);
  for (const tag of tags)
    out.line(newer.includes(tag) ? `${tag}  newer` : tag === version ? `${tag}  this project's` : tag);
  if (tags.length === 0) out.line('upstream has no tag that is a version');
  out.json({ version, newer, tags });
  return 0;
}
