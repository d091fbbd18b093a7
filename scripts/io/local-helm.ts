import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ChartError } from '../errors.ts';
import { helmAt, type Helm, type HelmResult } from './helm.ts';

/** What a Helm is called on PATH. Plain `helm` is what its user runs, so it goes before the others. */
const NAMES = ['helm', 'helm3', 'helm4'] as const;

/**
 * The user's own Helms: those that `$HELM` names (one path, or several separated as in PATH),
 * then those on PATH.
 *
 * @throws HELM_MISSING when a path that `$HELM` names is no Helm
 */
export async function localHelms(env: NodeJS.ProcessEnv): Promise<readonly Helm[]> {
  const folders = splitPaths(env['PATH']);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).filter(existsSync);
  const [named, found] = await Promise.all([
    Promise.all(splitPaths(env['HELM']).map(namedHelm)),
    // A program of that name may be something else.
    Promise.all(onPath.map(async (path) => helmOf(path, await askVersion(path)))),
  ]);
  return [...named, ...found].filter((helm) => helm !== undefined);
}

function splitPaths(paths = ''): readonly string[] {
  return paths.split(delimiter).filter((path) => path !== '');
}

async function namedHelm(path: string): Promise<Helm> {
  const answer = await askVersion(path);
  const helm = helmOf(path, answer);
  if (helm !== undefined) return helm;
  const { status, stdout, stderr } = answer;
  throw new ChartError(
    'HELM_MISSING',
    `HELM names ${path}, which does not say its version (status ${status}): ${(stderr || stdout).trim()}`,
  );
}

function askVersion(path: string): Promise<HelmResult> {
  return helmAt(path, '0').exec(['version', '--template', '{{ .Version }}']);
}

function helmOf(path: string, { stdout }: HelmResult): Helm | undefined {
  const version = /^v?(\d+\.\d+\.\d+\S*)/.exec(stdout.trim())?.[1];
  return version === undefined ? undefined : helmAt(path, version);
}
