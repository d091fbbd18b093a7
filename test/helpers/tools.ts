import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

/** Where test/e2e/tools/prepare.sh puts what it brings. */
export const CACHE =
  process.env['E2E_TOOLS'] ??
  (process.getuid?.() === 0
    ? '/var/cache/chartlift-e2e'
    : join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'chartlift-e2e'));

/** Folder of the prepared Gitea; its name holds the version that prepare.sh builds. */
export const GITEA_HOME = join(CACHE, 'gitea-v1.26.0');

export type Tool =
  | 'docker-registry'
  | 'skopeo'
  | 'crane'
  | 'oras'
  | 'promtool'
  | 'kube-score'
  | 'checkov'
  | 'gitea'
  | 'etcd'
  | 'kube-apiserver'
  | 'argocd-rule'
  | 'crds'
  | 'containerd'
  | 'ctr'
  | 'crictl'
  | 'chromium'
  | 'act'
  /** Not a program: the right to be it, which containerd needs. */
  | 'root';

/** Path of a tool, from the cache of prepare.sh or PATH; undefined when it is missing. */
export function findTool(name: Tool): string | undefined {
  if (name === 'root') return process.getuid?.() === 0 ? name : undefined;
  const folders = [join(CACHE, 'bin'), ...(process.env['PATH'] ?? '').split(delimiter)];
  const own: Partial<Record<Tool, string>> = { gitea: join(GITEA_HOME, 'gitea'), crds: join(CACHE, 'crds') };
  const fixed = own[name];
  const candidates = fixed === undefined ? folders.map((folder) => join(folder, name)) : [fixed];
  return candidates.find((path) => existsSync(path));
}

/** Path of a tool that must be there. */
export function tool(name: Tool): string {
  const path = findTool(name);
  if (path === undefined) throw new Error(`${name} is missing; run test/e2e/tools/prepare.sh`);
  return path;
}

/** In CI nothing may be skipped. */
const REQUIRED = process.env['CI'] === 'true' || process.env['E2E_REQUIRE'] === '1';

/**
 * `describe` of a suite that needs tools. Where one is missing the suite is skipped, which is
 * said with the reason; in CI (or with E2E_REQUIRE=1) it runs and fails.
 */
export function describeWith(tools: readonly Tool[], name: string, suite: () => void): void {
  const missing = tools.filter(
    (wanted) => findTool(wanted) === undefined && !(wanted === 'gitea' && process.env['GITEA_URL']),
  );
  if (missing.length === 0 || REQUIRED) {
    describe(name, suite);
    return;
  }
  const reason = `${missing.join(', ')} missing, run test/e2e/tools/prepare.sh`;
  // The reporter of a whole run only counts what is skipped.
  console.warn(`skipped: ${name} (${reason})`);
  describe.skip(`${name} (skipped: ${reason})`, suite);
}
