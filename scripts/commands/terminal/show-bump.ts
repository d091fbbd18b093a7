import type { Mending } from '../../bump/drifts.ts';
import type { Bump, Fitting, Found, Ready } from '../../renew/plan.ts';
import { groupBy } from '../../json/group-by.ts';
import { printDifference } from '../../review/print-text.ts';
import { reviewJson } from '../../review/print-json.ts';
import { count } from '../../review/summary.ts';
import { consequences, type Review } from '../../review/review.ts';
import { formatReference } from '../../recipe/reference.ts';
import type { Output } from './output.ts';
import { npmCommand } from './npm-command.ts';
import { sourceName } from '../../fetch/source.ts';

/** How a bump was asked for. */
interface How {
  readonly dryRun: boolean;
  /** Nobody vouched for the file. */
  readonly trusted: boolean;
}

/** Prints what a bump found, and did or would do. */
export function reportBump(bump: Bump, how: How, out: Output): void {
  if (bump.state === 'current') {
    out.step('unchanged', `the project has upstream ${bump.version} already`);
    return out.json({ state: bump.state, version: bump.version });
  }
  reportFound(bump, how, out);
  if (bump.state === 'drifted') reportDrifts(bump, out);
  else reportProposed(bump, out);
  if (bump.state === 'rights') reportRights(bump, out);
  if (bump.state === 'ready') reportReady(bump, how, out);
  return out.json(bumpJson(bump, how));
}

function reportFound({ fetched, difference }: Found, { trusted }: How, out: Output): void {
  const { file, resources } = fetched;
  out.step('fetched', `${sourceName(file.source)} (${resources} resources, sha256 ${file.sha256})`);
  if (trusted)
    out.warn(
      `trust on first use: sha256 ${file.sha256}; compare it with a source you trust, or name it by --sha256`,
    );
  out.line();
  for (const line of printDifference(difference, (style, words) => out.paint(style, words))) out.line(line);
  out.line();
}

function reportProposed({ proposed }: Fitting, out: Output): void {
  if (proposed.length === 0) return;
  out.line(
    'New upstream, and no value yet; npm run init -- --project DIR --apply makes these, once it is bumped:',
  );
  out.table(proposed.map(({ path, fields }) => [`  ${path}`, fields.join(', ')]));
  out.line();
}

function reportDrifts({ drifted, sure, gone }: Extract<Bump, { state: 'drifted' }>, out: Output): void {
  if (drifted.length > 0) {
    out.line(out.paint('bold', `What of the recipe no longer fits (${drifted.length}):`));
    // One edit may mend many, as that of a container's name.
    const byMend = groupBy(drifted, ({ error, mend }) =>
      mend === undefined ? error.message : mendText(mend),
    );
    for (const [, own] of byMend) {
      for (const { error, mend } of own) {
        out.line(`  ${error.message}`);
        if (mend === undefined && sure.length + gone.length === 0) out.line(`    ${error.hint}`);
      }
      const mend = own[0]?.mend;
      const fit = own.length === 1 ? 'it fits' : `all ${own.length} fit`;
      if (mend !== undefined) out.line(`    tried, and ${fit}: ${mendText(mend)}`);
    }
  }
  reportMends('Sure, and made by --apply:', sure, out);
  reportMends('Gone upstream: --accept gone takes it out, and the value with its last field:', gone, out);
  const isYours = drifted.some(({ mend }) => mend !== undefined) || gone.length + sure.length === 0;
  out.warn(
    isYours
      ? 'nothing is changed; edit recipe.yaml, and bump again: it need not fit the older upstream any more'
      : 'nothing is changed',
  );
}

function reportMends(head: string, mends: readonly Mending[], out: Output): void {
  if (mends.length === 0) return;
  out.line(out.paint('bold', head));
  for (const mend of mends) out.line(`  ${mendText(mend)}`);
}

function reportRights({ difference }: Found, out: Output): void {
  for (const line of rightsOf(difference)) out.line(`  ${line}`);
  out.warn(
    `upstream asks for more rights: nothing is changed; ${npmCommand('bump', undefined, '--accept rbac')} takes them`,
  );
}

function rightsOf(difference: Review): readonly string[] {
  return [...consequences(difference, 'widens')].flatMap(([object, whats]) =>
    whats.map((what) => `${object}: ${what}`),
  );
}

function reportReady(ready: Ready, { dryRun }: How, out: Output): void {
  const { made, next, isOfRelease, built, before, files } = ready;
  for (const mend of made) out.step('mended', mendText(mend));
  reportPins(ready, out);
  const [was, is] = [before.project.recipe.chart, built.project.recipe.chart];
  const isEarly = was.version.startsWith('0.') && next.level !== 'patch';
  const level = isEarly ? `${next.level}, which is one less below 1.0.0` : next.level;
  out.step('version', `${was.version} → ${next.version} (${level})`);
  for (const { level: weight, text } of next.reasons) out.line(`  ${weight}: ${text}`);
  if (!isOfRelease)
    out.warn(
      `git has no tag v${was.version} with that chart: the version is held against the project as it stood, so what waited under Unreleased does not count`,
    );
  out.step(
    'runs',
    was.appVersion === is.appVersion ? `${is.appVersion}, as before` : `${was.appVersion} → ${is.appVersion}`,
  );
  const all = [...files.writes.keys(), ...files.removes];
  const own = all.filter((path) => !path.startsWith('chart/'));
  out.step(
    dryRun ? 'would write' : 'written',
    `${own.join(', ')}, and ${all.length - own.length} files of chart/`,
  );
  if (!dryRun)
    out.step(
      'next',
      'read CHANGELOG.md, then npm run review -- --against git:HEAD, npm run check, and commit',
    );
}

function reportPins({ pins, built }: Ready, out: Output): void {
  for (const { path, before, tag, now } of pins) {
    if (now !== undefined) out.step('pinned', `${path}: ${formatReference(now)}`);
    const reason = built.project.recipe.images[path]?.reason;
    if (before !== undefined && before.tag !== tag && reason !== undefined)
      out.warn(`images.${path}.reason of recipe.yaml was written for ${before.tag}: ${reason}`);
  }
  const open = pins.filter(({ now }) => now === undefined);
  if (open.length > 0)
    out.warn(
      [
        `${count(open.length, 'image')} without a digest, which a release needs: npm run pin asks for it`,
        ...open.map(({ path, tag, why }) => `  ${path} is ${tag}: ${why}`),
      ].join('\n'),
    );
}

function mendText({ place, what, before, after }: Mending): string {
  const short = before !== undefined && before.length <= 80 && !before.includes('\n') ? ` (${before})` : '';
  if (after === undefined) return `${place}: take out ${what}${short}`;
  return before === undefined
    ? `${place}: write ${what}: ${after}`
    : `${place}: ${what}: ${after} in place of ${before}`;
}

function bumpJson(bump: Exclude<Bump, { state: 'current' }>, { dryRun }: How) {
  const { state, difference, fetched } = bump;
  const common = {
    state,
    version: fetched.lock.version,
    sha256: fetched.file.sha256,
    upstream: reviewJson(difference),
    ...(bump.state !== 'drifted' && { proposed: bump.proposed }),
  };
  if (bump.state === 'drifted')
    return {
      ...common,
      drifts: bump.drifted.map(({ error, mend }) => ({
        code: error.code,
        message: error.message,
        hint: error.hint,
        mend,
      })),
      sure: bump.sure,
      gone: bump.gone,
    };
  if (bump.state === 'rights') return { ...common, rights: rightsOf(difference) };
  const { next, pins, made, files } = bump;
  return {
    ...common,
    made,
    chart: next.version,
    level: next.level,
    reasons: next.reasons,
    images: pins.map(({ path, tag, now, why }) => ({ path, tag, digest: now?.digest, open: why })),
    writes: [...files.writes.keys()],
    removes: files.removes,
    dryRun,
  };
}
