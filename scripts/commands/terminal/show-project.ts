import { groupBy } from '../../json/group-by.ts';
import { countByKind } from '../../infer/infer.ts';
import type { NewProject } from '../../init/plan.ts';
import type { Output } from './output.ts';
import { npmCommand } from './npm-command.ts';

/** Prints what a new project holds, what was left to the manifest, and what comes next. */
export function reportProject(
  project: NewProject,
  how: { readonly folder: string; readonly source: string; readonly dryRun: boolean },
  out: Output,
): void {
  const { inference, built, chart, proof, findings } = project;
  const { drafts, left, workloads } = inference;
  const { name, version, appVersion, license } = inference.chart;
  const engines = proof.engines.map((engine) => `Helm ${engine}`).join(' and ');
  out.step(
    'read',
    `${how.source}: ${built.manifest.resources.length} objects, ${workloads.length} ${workloads.length === 1 ? 'workload' : 'workloads'}`,
  );
  out.step('inferred', `${drafts.length} values, ${built.model.lifts.length} fields`);
  out.step('proved', `${proof.renders} renders on ${engines}, linted`);
  out.step(
    how.dryRun ? 'would write' : 'written',
    `${how.folder} (${name} ${version}, ${chart.size} files in chart/)`,
  );
  section(
    'Workloads',
    workloads.map(({ kind, name: own, key }) => [`${kind}/${own}`, key === '' ? '(no prefix)' : key]),
  );
  section(
    'Values',
    countByKind(drafts).map(([kind, count]) => [kind, String(count), examples(project, kind)]),
  );
  section(
    'Images',
    built.model.images.map(({ value, reference }) => [value, reference, pinOf(reference)]),
  );
  section(
    'Left to the manifest',
    [...groupBy(left, ({ kind, why }) => `${kind}\0${why}`).values()].map((group) => [
      group[0]?.kind ?? '',
      group.length === 1 ? (group[0]?.what ?? '') : `${group[0]?.what ?? ''} and ${group.length - 1} more`,
      group[0]?.why ?? '',
    ]),
  );
  for (const { rule, message, hint } of findings) if (!TOLD.has(rule)) out.warn(`${message}. ${hint}`);
  section(
    'A cluster must serve already, or it refuses the release',
    inference.kinds.needed.map((kind) => kind.split(' ').toReversed()),
  );
  section('Next', [
    [
      'recipe.yaml',
      `yours to change${license === 'NOASSERTION' ? '; chart.license waits to be filled in' : ''}`,
    ],
    [npmCommand('review', how.folder), 'how the defaults differ from upstream, and why'],
    [npmCommand('pin', how.folder), 'ask the registries for digests, which a release needs'],
    [npmCommand('template', how.folder), 'see what it renders'],
  ]);
  out.json({
    project: how.folder,
    dryRun: how.dryRun,
    chart: { name, version, appVersion },
    objects: built.manifest.resources.length,
    workloads,
    values: Object.fromEntries(countByKind(drafts)),
    entries: drafts.map(({ path, kind }) => ({ path, kind })),
    images: built.model.images.map(({ value, reference }) => ({ value, reference })),
    left,
    needs: inference.kinds.needed,
    findings,
    proof,
  });

  function section(title: string, rows: readonly (readonly string[])[]): void {
    if (rows.length === 0) return;
    out.line();
    out.line(`${title}:`);
    out.table(rows);
  }
}

/** Findings that the tables tell of. */
const TOLD: ReadonlySet<string> = new Set(['image/open', 'image/unpinned']);

const MOST_EXAMPLES = 4;

function examples({ inference }: NewProject, kind: string): string {
  const paths = inference.drafts.filter((draft) => draft.kind === kind).map(({ path }) => path);
  const more = paths.length > MOST_EXAMPLES ? ', …' : '';
  return paths.slice(0, MOST_EXAMPLES).join(', ') + more;
}

function pinOf(reference: string): string {
  return reference.includes('@') ? 'pinned by upstream' : 'no digest yet';
}
