import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { readText } from './io/files.ts';
import { preferredHelm } from './io/helm-engines.ts';
import { helmEnv } from './io/helm.ts';

/**
 * `helm template` of the project's chart. Its flags are Helm's, so they are not parsed:
 * only `--project DIR` is taken out, and the chart's folder put in.
 */
const { project, rest } = splitProject(process.argv.slice(2));
const chart = join(project, 'chart');
const { name } = parse(await readText(join(chart, 'Chart.yaml'), 'Run npm run build first.')) as {
  name: string;
};
const helm = await preferredHelm(process.env);
const home = await mkdtemp(join(tmpdir(), 'helm-home-'));
const child = spawn(helm.path, ['template', name, chart, ...rest], { stdio: 'inherit', env: helmEnv(home) });
child.on('close', (status) => {
  process.exitCode = status ?? 1;
  void rm(home, { recursive: true, force: true });
});

function splitProject(argv: readonly string[]): {
  readonly project: string;
  readonly rest: readonly string[];
} {
  const at = argv.indexOf('--project');
  const named = at < 0 ? undefined : argv[at + 1];
  const root = resolve(named ?? join(import.meta.dirname, '..'));
  return { project: root, rest: at < 0 ? argv : argv.filter((_, i) => i !== at && i !== at + 1) };
}
