import { ChartError } from '../errors.ts';
import { timestamp } from '../fetch/clock.ts';
import { userReach } from '../fetch/reach.ts';
import { commandOf } from './terminal/command.ts';
import { teller } from './terminal/tell.ts';

export const command = commandOf({
  name: 'fetch',
  summary: 'Refreshes the vendored snapshot of the upstream manifest and its lock.',
  flags: {
    from: {
      type: 'string',
      value: 'FILE|URL',
      description: 'take the file from here; asks neither the cache nor the recipe',
    },
    sha256: {
      type: 'string',
      value: 'HEX',
      description: 'accept a file with this checksum, whatever the lock says',
    },
    update: { type: 'boolean', description: 'accept what the source has now (trust on first use)' },
    'dry-run': { type: 'boolean', description: 'say what would change and write nothing' },
  },
  notes: [
    'Sources, first to last: --from, or else the cache, upstream.url of recipe.yaml, upstream.mirrors.',
    'The bytes must have the sha256 that the lock holds. HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS are honoured.',
  ].join('\n'),
  async action({ flags, project, out, env }) {
    const { sha256, from, update } = flags;
    if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) {
      throw new ChartError(
        'USAGE',
        `--sha256 must be 64 hex digits in lower case; found ${JSON.stringify(sha256)}`,
      );
    }
    const [{ readRecipe }, { planRefresh }, { writeTogether }, { reportRefresh }] = await Promise.all([
      import('../io/project.ts'),
      import('../fetch/refresh.ts'),
      import('../io/together.ts'),
      import('./terminal/show-refresh.ts'),
    ]);
    const recipe = await readRecipe(project);
    const plan = await planRefresh(
      {
        project,
        upstream: recipe.upstream,
        now: timestamp(env, Date.now()),
        ...(sha256 !== undefined && { sha256 }),
        ...(from !== undefined && { from }),
        ...(update !== undefined && { update }),
      },
      userReach(env, teller(out)),
    );
    const dryRun = flags['dry-run'] === true;
    if (!dryRun) await writeTogether(project, { writes: plan.writes, removes: [] });
    reportRefresh(plan, { dryRun, trusted: update === true && sha256 === undefined }, out);
  },
});
