import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChartError } from '../errors.ts';
import type { JsonObject } from '../parse/manifest.ts';
import { plainJson } from '../parse/plain-json.ts';

/** What a Helm sub-command said. */
export interface HelmResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A real Helm. One method for each sub-command that the toolkit needs. */
export interface Helm {
  /** For example `3.17.3`. */
  readonly version: string;
  readonly major: number;
  readonly path: string;
  /** Any sub-command; a status other than 0 is returned, not thrown. */
  exec(args: readonly string[], input?: string): Promise<HelmResult>;
  /** The rendered manifests. Throws HELM_FAILED with Helm's own words. */
  template(chart: string, release: HelmRelease, values: JsonObject): Promise<string>;
  /** Throws HELM_FAILED when `helm lint --strict` finds something. */
  lint(chart: string): Promise<void>;
}

/** Name and namespace of a release. */
export interface HelmRelease {
  readonly name: string;
  readonly namespace: string;
}

/**
 * A Helm at a path. It runs in a configuration of its own: what the user has in
 * theirs (plugins, repositories, credentials) does not change results.
 */
export function helmAt(path: string, version: string): Helm {
  const exec = (args: readonly string[], input = ''): Promise<HelmResult> => execHelm(path, args, input);
  const must = async (args: readonly string[], input?: string): Promise<string> => {
    const { status, stdout, stderr } = await exec(args, input);
    if (status === 0) return stdout;
    // What lint finds is on stdout; stderr only counts the charts that failed.
    const words = args[0] === 'lint' ? `${stdout}\n${stderr}` : stderr || stdout;
    throw new ChartError('HELM_FAILED', `helm ${version} ${args[0] ?? ''}: ${words.trim()}`);
  };
  return {
    version,
    major: Number(version.split('.')[0]),
    path,
    exec,
    // Helm 4.1 and 4.2 lose values without a last line break whose length is a multiple of 4096 (measured).
    template: (chart, { name, namespace }, values) =>
      must(['template', name, chart, '--namespace', namespace, '--values', '-'], `${plainJson(values)}\n`),
    lint: async (chart) => {
      await must(['lint', '--strict', chart]);
    },
  };
}

async function execHelm(path: string, args: readonly string[], input: string): Promise<HelmResult> {
  const { $ } = await import('zx/core');
  const home = await mkdtemp(join(tmpdir(), 'helm-home-'));
  try {
    const running = $({ nothrow: true, quiet: true, input, env: helmEnv(home) })`${path} ${args}`;
    // A Helm that ends before it has read its input breaks the pipe; its status and words say why.
    running.stdin.on('error', () => {});
    const { exitCode, stdout, stderr } = await running;
    return { status: exitCode ?? 1, stdout, stderr };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** The process's environment without Helm's own variables, with homes that nobody else uses. */
export function helmEnv(home: string): NodeJS.ProcessEnv {
  const rest = Object.entries(process.env).filter(([name]) => !name.startsWith('HELM_'));
  return {
    ...Object.fromEntries(rest),
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
  };
}
