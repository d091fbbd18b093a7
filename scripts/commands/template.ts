import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { ChartError } from '../errors.ts';
import { parseMetadata } from '../package/metadata.ts';
import { bareCommand } from './terminal/command.ts';
import { DEFAULT_PROJECT } from '../io/repository-root.ts';
import { readText } from '../io/files.ts';
import { preferredHelm } from '../io/helm-engines.ts';
import { helmEnv } from '../io/helm.ts';
import { refuseUnplain } from '../io/plain-files.ts';
import { print } from './terminal/standard-output.ts';
import { endsWithUs, withTemporaryFolder } from '../io/temporary.ts';

/*
 * `helm template` of the project's chart. The flags are Helm's, so they are not parsed:
 * only `--project DIR` is taken out, and the chart's folder put in.
 */
export const command = bareCommand(async (argv, env) => {
  const { project, rest } = splitProject(argv);
  await refuseUnplain(project);
  const chart = join(project, 'chart');
  const { name } = parseMetadata(await readText(join(chart, 'Chart.yaml'), 'Run npm run build first.'));
  const helm = await preferredHelm(env);
  return withTemporaryFolder('helm-home-', async (home) => {
    const child = spawn(helm.path, ['template', name, chart, ...rest], {
      stdio: ['inherit', 'pipe', 'inherit'],
      env: helmEnv(home),
    });
    // Without a process, for want of open files, there is none.
    (child.stdout as Readable | undefined)?.on('data', print);
    const ended = endsWithUs(() => child.kill('SIGKILL'));
    const [status]: readonly unknown[] = await once(child, 'close').finally(ended);
    return typeof status === 'number' ? status : 1;
  });
});

function splitProject(argv: readonly string[]): {
  readonly project: string;
  readonly rest: readonly string[];
} {
  const at = argv.findIndex((arg) => /^--project(=|$)/.test(arg));
  if (at < 0) return { project: DEFAULT_PROJECT, rest: argv };
  const [, inline] = /^--project=(.*)$/s.exec(argv[at] ?? '') ?? [];
  const folder = inline ?? argv[at + 1];
  if (!folder) {
    throw new ChartError('USAGE', 'npm run template: --project names no folder', {
      hint: 'Say --project DIR.',
    });
  }
  return { project: resolve(folder), rest: argv.toSpliced(at, inline === undefined ? 2 : 1) };
}
