import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { ChartError } from './errors.ts';
import { parseMetadata } from './package/metadata.ts';
import { guard } from './io/command.ts';
import { REPOSITORY_ROOT } from './io/repository-root.ts';
import { readText } from './io/files.ts';
import { preferredHelm } from './io/helm-engines.ts';
import { helmEnv } from './io/helm.ts';
import { endsWithUs, withTemporaryFolder } from './io/temporary.ts';

/*
 * `helm template` of the project's chart. The flags are Helm's, so they are not parsed:
 * only `--project DIR` is taken out, and the chart's folder put in.
 */
await guard(async () => {
  const { project, rest } = splitProject(process.argv.slice(2));
  const chart = join(project, 'chart');
  const { name } = parseMetadata(await readText(join(chart, 'Chart.yaml'), 'Run npm run build first.'));
  const helm = await preferredHelm(process.env);
  return withTemporaryFolder('helm-home-', async (home) => {
    const child = spawn(helm.path, ['template', name, chart, ...rest], {
      stdio: 'inherit',
      env: helmEnv(home),
    });
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
