import { join } from 'node:path';
import { ChartError } from './errors.ts';
import { timestamp } from './fetch/clock.ts';
import { userReach } from './fetch/reach.ts';
import { planRefresh, writeRefresh, type RefreshPlan } from './fetch/refresh.ts';
import { LOCK_FILE, SNAPSHOT_FILE } from './fetch/snapshot.ts';
import { sourceName } from './fetch/source.ts';
import { run } from './io/command.ts';
import { readText } from './io/files.ts';
import type { Output } from './io/output.ts';
import { parseRecipe } from './recipe/load.ts';

await run({
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
    const recipe = parseRecipe(await readText(join(project, 'recipe.yaml')), 'recipe.yaml');
    const plan = await planRefresh(
      {
        project,
        upstream: recipe.upstream,
        now: timestamp(env, Date.now()),
        ...(sha256 !== undefined && { sha256 }),
        ...(from !== undefined && { from }),
        ...(update !== undefined && { update }),
      },
      userReach(env, out),
    );
    const dryRun = flags['dry-run'] === true;
    if (!dryRun) await writeRefresh(project, plan);
    report(plan, { dryRun, trusted: update === true && sha256 === undefined }, out);
  },
});

function report(
  plan: RefreshPlan,
  how: { readonly dryRun: boolean; readonly trusted: boolean },
  out: Output,
): void {
  const { before, lock, file, writes, resources } = plan;
  out.step('fetched', `${sourceName(file.source)} (${file.bytes.length} bytes, sha256 ${file.sha256})`);
  if (how.trusted && before?.sha256 !== lock.sha256) {
    out.warn(
      `trust on first use: sha256 ${before?.sha256 ?? '(none)'} → ${lock.sha256}; compare it with a source you trust`,
    );
  }
  out.step('parsed', `${resources} resources, documents ${lock.documents}`);
  const verb = how.dryRun ? 'would write' : 'written';
  if (writes.size === 0) out.step('unchanged', `${SNAPSHOT_FILE}, ${LOCK_FILE}`);
  else out.step(verb, [...writes.keys()].join(', '));
  if (before !== undefined && before.version !== lock.version) {
    out.step(
      'version',
      `${before.version} → ${lock.version}; next: npm run pin, npm run build, npm run review`,
    );
  }
  out.json({
    source: sourceName(file.source),
    version: lock.version,
    sha256: { before: before?.sha256, after: lock.sha256 },
    documents: { before: before?.documents, after: lock.documents },
    writes: [...writes.keys()],
    dryRun: how.dryRun,
  });
}
