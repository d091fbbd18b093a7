import { join } from 'node:path';
import { $ } from 'zx/core';
import { ChartError } from '../../scripts/errors.ts';
import { readLock, SNAPSHOT_FILE } from '../../scripts/fetch/snapshot.ts';
import { commandOf } from '../../scripts/commands/terminal/command.ts';
import { LARGEST_MANIFEST, readText } from '../../scripts/io/files.ts';
import { helmEngines } from '../../scripts/io/helm-engines.ts';
import { readProject } from '../../scripts/io/project.ts';
import { besideHelmify } from './helmify.ts';
import { measure, type Measurement } from './measure.ts';
import { synthetic } from './synthetic.ts';

const SIZES = ['70', '700', '7000'] as const;

commandOf({
  name: 'bench',
  summary: "Measures generate, prove and package for the project's manifest and for synthetic ones.",
  flags: {
    runs: { type: 'string', value: 'N', description: 'runs of which the median is taken (default: 5)' },
    only: {
      type: 'string',
      value: 'CASE',
      description: `one case in this process: project, ${SIZES.join(', ')}`,
    },
  },
  async action({ flags, project, out, env }) {
    const runs = Number(flags.runs ?? '5');
    if (!Number.isInteger(runs) || runs < 1)
      throw new ChartError('USAGE', `--runs ${flags.runs ?? ''} is no number of runs`);
    if (flags.only !== undefined) {
      out.json(await measureCase(flags.only, project, runs, env));
      return;
    }
    const rows: Measurement[] = [];
    // Each case in a process of its own, so that its peak memory is its own.
    for (const name of ['project', ...SIZES]) rows.push(await inChild(name, project, runs));
    out.table([
      ['documents', 'generate', 'prove', 'package', 'peak memory'],
      ...rows.map((row) => [
        String(row.documents),
        `${row.generate} ms`,
        `${row.prove} ms`,
        `${row.package} ms`,
        `${row.memory} MiB`,
      ]),
    ]);
    out.line(`Medians of ${runs} runs; prove is lint and every fixed point on Helm 3 and Helm 4.`);
    const ratios = await besideHelmify(project, runs);
    for (const { manifest, build, initAndBuild, helmify } of ratios ?? []) {
      const timesOf = (ours: number): string => `${ours} ms (${(ours / helmify).toFixed(2)} times)`;
      out.line(
        `Whole processes on ${manifest}: helmify ${helmify} ms, build ${timesOf(build)}, init and build ${timesOf(initAndBuild)}.`,
      );
    }
    out.json({ rows, ratios });
  },
}).start();

async function measureCase(
  name: string,
  project: string,
  runs: number,
  env: NodeJS.ProcessEnv,
): Promise<Measurement> {
  const engines = await helmEngines(env);
  const own = await readProject(project);
  if (name === 'project') {
    const text = await readText(join(project, SNAPSHOT_FILE), undefined, LARGEST_MANIFEST);
    return measure({ text, project: own, lock: await readLock(project) }, engines, runs);
  }
  if (!SIZES.some((size) => size === name))
    throw new ChartError('USAGE', `--only ${name} is none of project, ${SIZES.join(', ')}`);
  const made = synthetic(Number(name), own.builtins);
  return measure(
    { text: made.text, project: { ...made.project, root: project }, lock: made.lock },
    engines,
    runs,
  );
}

async function inChild(name: string, project: string, runs: number): Promise<Measurement> {
  const args = [...process.execArgv, import.meta.filename, '--only', name];
  args.push('--runs', String(runs), '--project', project, '--json');
  const { stdout } = await $({ quiet: true })`${process.execPath} ${args}`;
  return JSON.parse(stdout) as Measurement;
}
