import { join } from 'node:path';
import { ChartError } from '../errors.ts';
import type { JsonObject } from '../json/json.ts';
import { plainJson } from '../json/plain-json.ts';
import { withoutSecrets } from './environment.ts';
import { readText, writeAtomic } from './files.ts';
import { runProgram } from './program.ts';
import { withTemporaryFolder } from './temporary.ts';

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
  /**
   * Any sub-command; a status other than 0 is returned, not thrown. Throws HELM_FAILED when it
   * does not end.
   */
  exec(args: readonly string[], input?: string): Promise<HelmResult>;
  /** The rendered manifests. Throws HELM_FAILED with Helm's own words. */
  template(chart: string, release: HelmRelease, values: JsonObject): Promise<string>;
  /**
   * The release that an install with the default values would make, as JSON; asks no cluster.
   * Helm 4 only: Helm 3 wants one even so. Throws HELM_FAILED with Helm's own words.
   */
  install(chart: string, release: HelmRelease): Promise<string>;
  /** Throws HELM_FAILED when `helm lint --strict` finds something. */
  lint(chart: string): Promise<void>;
}

/** Name and namespace of a release. */
export interface HelmRelease {
  readonly name: string;
  readonly namespace: string;
}

/** Milliseconds that a Helm may take: one that talks to a registry which says nothing waits for ever. */
export interface HelmPatience {
  readonly pull: number;
  readonly other: number;
}

const PATIENCE: HelmPatience = { pull: 120_000, other: 600_000 };

/**
 * A Helm at a path. It runs in a configuration of its own: what the user has in
 * theirs (plugins, repositories, credentials) does not change results.
 */
export function helmAt(path: string, version: string, patience = PATIENCE): Helm {
  const exec: Helm['exec'] = async (args, input = '') => {
    const most = patience[args[0] === 'pull' ? 'pull' : 'other'];
    const { late, long, ...result } = await execHelm(path, args, input, most);
    const command = `helm ${version} ${args[0] ?? ''}`;
    if (late) throw tooLate(command, most);
    if (long)
      throw new ChartError('HELM_FAILED', `${command}: it says more than any chart renders, so it was ended`);
    return result;
  };
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
      must(
        ['template', name, chart, '--namespace', namespace, '--include-crds', '--values', '-'],
        `${plainJson(values)}\n`,
      ),
    install: (chart, { name, namespace }) =>
      must(['install', name, chart, '--namespace', namespace, '--dry-run=client', '--output', 'json']),
    lint: async (chart) => {
      await must(['lint', '--strict', chart]);
    },
  };
}

function tooLate(command: string, patience: number): ChartError {
  return new ChartError('HELM_FAILED', `${command}: no answer within ${patience / 1000} s, so it was ended`, {
    hint: 'Run again; if it stays, the registry or a proxy in between takes requests and does not answer.',
  });
}

async function execHelm(
  path: string,
  args: readonly string[],
  input: string,
  patience: number,
): Promise<HelmResult & { readonly late: boolean; readonly long: boolean }> {
  return withTemporaryFolder('helm-home-', async (home) => {
    const env = { ...helmEnv(home), ...(await authorities(home)) };
    const options = { input, env, patience, apart: true };
    const { code, ...said } = await runProgram(path, args, options);
    return { status: code ?? 1, ...said };
  });
}

/**
 * Go knows nothing of NODE_EXTRA_CA_CERTS: it is given Node's authorities and those, which
 * reach what this process reaches. Not by --ca-file, with which Helm 3.17 forgets proxies.
 */
async function authorities(home: string): Promise<NodeJS.ProcessEnv> {
  const { NODE_EXTRA_CA_CERTS: extra, SSL_CERT_FILE: own } = process.env;
  if (extra === undefined || extra === '' || own !== undefined) return {};
  // Node itself only warns of a file that it cannot read.
  const added = await readText(extra).catch(() => undefined);
  if (added === undefined) return {};
  const { rootCertificates } = await import('node:tls');
  const file = join(home, 'authorities.pem');
  await writeAtomic(file, [...rootCertificates, added].join('\n'));
  return { SSL_CERT_FILE: file };
}

/** The process's environment without Helm's own variables, with homes that nobody else uses. */
export function helmEnv(home: string): NodeJS.ProcessEnv {
  const rest = Object.entries(withoutSecrets(process.env)).filter(([name]) => !name.startsWith('HELM_'));
  return {
    ...Object.fromEntries(rest),
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
  };
}
