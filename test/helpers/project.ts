import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cp, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseLock, formatLock, type LockedImage } from '../../scripts/recipe/lock.ts';
import { commandLine, compiledLine, ROOT } from './this-project.ts';

export { commandLine, ROOT };

/** A copy of this repository's chart project, with a dist/ of its own; the caller removes it. */
export async function projectCopy(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'project-'));
  for (const path of [
    'recipe.yaml',
    'values.schema.json',
    'CHANGELOG.md',
    'templates',
    'upstream',
    'chart',
    'chart.sha256',
  ]) {
    await cp(join(ROOT, path), join(folder, path), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Pins the project's image to another. */
export async function pinImage(
  project: string,
  image: Omit<LockedImage, 'source' | 'platforms'>,
): Promise<void> {
  const file = join(project, 'upstream', 'lock.yaml');
  const lock = parseLock(await readFile(file, 'utf8'), file);
  const pinned = { ...image, platforms: ['linux/amd64'], source: 'registry' as const };
  await writeFile(file, formatLock({ ...lock, images: { image: pinned } }));
}

/** Puts `images.mirror` into the project's recipe. */
export async function setMirror(project: string, mirror: string): Promise<void> {
  const file = join(project, 'recipe.yaml');
  const recipe = await readFile(file, 'utf8');
  await writeFile(file, recipe.replace('\nimages:\n', `\nimages:\n  mirror: ${mirror}\n`));
}

export interface Ran {
  readonly status: number | null;
  /** stdout and stderr. */
  readonly output: string;
}

/** Runs an npm script's entry file to its end. */
export function runScript(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, compiledLine(name, args), {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, output: stdout + stderr };
}

/** Starts an npm script's entry file in a process without a shell or wrapper around it, so that it can be killed. */
export function startScript(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, compiledLine(name, args), {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
}
