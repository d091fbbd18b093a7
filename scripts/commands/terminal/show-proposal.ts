import { createTwoFilesPatch } from 'diff';
import type { Proposal } from '../../init/propose.ts';
import { npmCommand } from './npm-command.ts';
import type { Output } from './output.ts';

/** Prints what a recipe may have more, as a change of its text. */
export function reportProposal(
  { drafts, left, before, after, proof }: Proposal,
  { root, applied }: { readonly root: string; readonly applied: boolean },
  out: Output,
): void {
  const engines = proof.engines.map((engine) => `Helm ${engine}`).join(' and ');
  out.step(applied ? 'added' : 'proposed', `${drafts.length} values that recipe.yaml does not have`);
  out.step('proved', `${proof.renders} renders on ${engines}`);
  const patch =
    before === after
      ? ''
      : createTwoFilesPatch('recipe.yaml', 'recipe.yaml', before, after, '', '', { context: 2 });
  if (patch !== '') {
    out.line();
    for (const line of patch.trimEnd().split('\n').slice(FRAME)) out.line(colour(line, out));
  }
  if (left.length > 0) {
    out.line();
    out.line('Left to you:');
    out.table(left.map(({ kind, what, why }) => [kind, what, why]));
  }
  out.line();
  if (applied)
    out.line(
      `Next: ${npmCommand('build', root)}, which makes the chart; then describe them in CHANGELOG.md.`,
    );
  else if (drafts.length > 0)
    out.line(
      'Nothing is written. --apply adds all of it, --select and --skip choose kinds of values and workloads.',
    );
  out.json({ applied, entries: drafts.map(({ path, kind }) => ({ path, kind })), left, patch, proof });
}

/** Lines of the library in front of a patch. */
const FRAME = 2;

function colour(line: string, out: Output): string {
  if (line.startsWith('+')) return out.paint('green', line);
  return line.startsWith('-') ? out.paint('red', line) : line;
}
