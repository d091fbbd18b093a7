import type { Output } from './output.ts';
import type { RefreshPlan } from '../../fetch/refresh.ts';
import { LOCK_FILE, SNAPSHOT_FILE } from '../../fetch/snapshot.ts';
import { sourceName } from '../../fetch/source.ts';

/** Prints what a refresh found and wrote, or in a dry run would write. */
export function reportRefresh(
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
