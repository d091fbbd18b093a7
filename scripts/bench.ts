import { join } from 'node:path';
import type { Measurement } from './bench/measure.ts';
import { ChartError } from './errors.ts';
import { run } from './io/command.ts';
import { REPOSITORY_ROOT } from './io/repository-root.ts';

const SIZES = ['70', '700', '7000'] as const;

await run({
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
    out.json(rows);
  },
});

async function measureCase(
  name: string,
  project: string,
  runs: number,
  env: NodeJS.ProcessEnv,
): Promise<Measurement> {
  const [
    { measure },
    { synthetic },
    { readProject },
    { readLock, SNAPSHOT_FILE },
    { readText },
    { helmEngines },
  ] = await Promise.all([
    import('./bench/measure.ts'),
    import('./bench/synthetic.ts'),
    import('./io/project.ts'),
    import('./fetch/snapshot.ts'),
    import('./io/files.ts'),
    import('./io/helm-engines.ts'),
  ]);
  const engines = await helmEngines(env);
  const own = await readProject(project);
  if (name === 'project') {
    const text = await readText(join(project, SNAPSHOT_FILE));
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
  const { $ } = await import('zx/core');
  const args = [
    join(REPOSITORY_ROOT, 'scripts', 'start.js'),
    'bench',
    '--only',
    name,
    '--runs',
    String(runs),
    '--project',
    project,
    '--json',
  ];
  const { stdout } = await $({ quiet: true })`${process.execPath} ${args}`;
  return JSON.parse(stdout) as Measurement;
}
