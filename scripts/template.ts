import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ChartError } from './errors.ts';
import { parseMetadata } from './package/metadata.ts';
import { guard, REPOSITORY_ROOT } from './io/command.ts';
import { readText } from './io/files.ts';
import { preferredHelm } from './io/helm-engines.ts';
import { helmEnv } from './io/helm.ts';

/*
 * `helm template` of the project's chart. The flags are Helm's, so they are not parsed:
 * only `--project DIR` is taken out, and the chart's folder put in.
 */
await guard(async () => {
  const { project, rest } = splitProject(process.argv.slice(2));
  const chart = join(project, 'chart');
  const { name } = parseMetadata(await readText(join(chart, 'Chart.yaml'), 'Run npm run build first.'));
  const helm = await preferredHelm(process.env);
  const home = await mkdtemp(join(tmpdir(), 'helm-home-'));
  try {
    const child = spawn(helm.path, ['template', name, chart, ...rest], {
      stdio: 'inherit',
      env: helmEnv(home),
    });
    const [status]: readonly unknown[] = await once(child, 'close');
    return typeof status === 'number' ? status : 1;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

function splitProject(argv: readonly string[]): {
  readonly project: string;
  readonly rest: readonly string[];
} {
  const at = argv.findIndex((arg) => /^--project(=|$)/.test(arg));
  if (at < 0) return { project: REPOSITORY_ROOT, rest: argv };
  const [, inline] = /^--project=(.*)$/s.exec(argv[at] ?? '') ?? [];
  const folder = inline ?? argv[at + 1];
  if (!folder) {
    throw new ChartError('USAGE', 'npm run template: --project names no folder', {
      hint: 'Say --project DIR.',
    });
  }
  return { project: resolve(folder), rest: argv.toSpliced(at, inline === undefined ? 2 : 1) };
}
