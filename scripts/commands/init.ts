import { resolve } from 'node:path';
import { ChartError } from '../errors.ts';
import { timestamp } from '../fetch/clock.ts';
import { userReach } from '../fetch/reach.ts';
import { teller } from './terminal/tell.ts';
import { VALUE_KINDS } from '../infer/draft.ts';
import { commandOf } from './terminal/command.ts';
import { shellWord } from '../json/shell-word.ts';

export const command = commandOf({
  name: 'init',
  summary: 'Writes a chart project for any manifest, proved on both Helms, or proposes what one lacks.',
  flags: {
    manifest: {
      type: 'string',
      value: 'FILE|URL|-',
      description: "upstream's manifest; - reads standard input",
    },
    out: {
      type: 'string',
      value: 'DIR',
      description: 'the folder of the project; it must be empty or not there',
    },
    name: {
      type: 'string',
      value: 'NAME',
      description: "the chart's name (default: what the manifest says)",
    },
    select: {
      type: 'string',
      value: 'WHAT',
      multiple: true,
      description: 'only these values: kinds or keys of workloads, with commas (repeatable)',
    },
    skip: { type: 'string', value: 'WHAT', multiple: true, description: 'all values but these (repeatable)' },
    apply: { type: 'boolean', description: 'add what is proposed to recipe.yaml of --project' },
    'dry-run': { type: 'boolean', description: 'do everything but write' },
  },
  notes: [
    'Without --manifest and --out it proposes, as a change of recipe.yaml, what the recipe of --project does not bind.',
    '',
    'Kinds of values:',
    ...Object.entries(VALUE_KINDS).map(([kind, about]) => `  ${kind.padEnd(17)} ${about}`),
    'Nothing is asked of a registry: npm run pin does that afterwards, and a release needs it.',
  ].join('\n'),
  async action({ flags, project: root, out, env }) {
    const dryRun = flags['dry-run'] === true;
    const words = { select: listOf(flags.select), skip: listOf(flags.skip) };
    if (flags.manifest === undefined && flags.out === undefined) {
      if (flags.name !== undefined)
        throw new ChartError('USAGE', '--name is for a new project, which needs --manifest and --out');
      const [{ planProposal, writeProposal }, { reportProposal }] = await Promise.all([
        import('../init/propose.ts'),
        import('./terminal/show-proposal.ts'),
      ]);
      const proposal = await planProposal(root, words, env);
      const applied = flags.apply === true && !dryRun && proposal.drafts.length > 0;
      if (applied) await writeProposal(root, proposal);
      reportProposal(proposal, { root, applied }, out);
      return;
    }
    if (flags.apply === true)
      throw new ChartError(
        'USAGE',
        '--apply is for a project that is there: --project, without --manifest and --out',
      );
    const folder = resolve(required(flags.out, 'out'));
    const from = required(flags.manifest, 'manifest');
    const [{ readSource }, { planProject }, { refuseFilled, writeProject }, { reportProject }] =
      await Promise.all([
        import('../init/source.ts'),
        import('../init/plan.ts'),
        import('../init/write.ts'),
        import('./terminal/show-project.ts'),
      ]);
    if (!dryRun) await refuseFilled(folder);
    const isHere = folder === process.cwd();
    const source = await readSource(from, folder, process.stdin, userReach(env, teller(out)));
    const project = await planProject(
      source,
      folder,
      {
        ...(flags.name !== undefined && { name: chartName(flags.name) }),
        ...words,
        now: timestamp(env, Date.now()),
      },
      env,
    );
    if (!dryRun) await writeProject(folder, project);
    reportProject(project, { folder, source: source.name, dryRun }, out);
    // A shell that stands in what was there before sees nothing.
    if (isHere && !dryRun)
      out.warn(`the project took the place of this folder; enter it again: cd ${shellWord(folder)}`);
  },
});

function required(text: string | undefined, flag: string): string {
  if (text !== undefined && text !== '') return text;
  throw new ChartError('USAGE', `init needs --${flag}`, {
    hint: 'For example: npm run init -- --manifest manifest.yaml --out ../my-chart',
  });
}

function chartName(name: string): string {
  if (/^[a-z]([-a-z0-9]{0,51}[a-z0-9])?$/.test(name)) return name;
  throw new ChartError('USAGE', `--name ${JSON.stringify(name)} is no name of a chart`, {
    hint: 'Up to 63 small letters, digits and dashes, a letter first.',
  });
}

function listOf(texts: readonly string[] = []): readonly string[] {
  return texts
    .flatMap((text) => text.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
