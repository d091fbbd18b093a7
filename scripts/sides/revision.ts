import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { TarHeader } from 'modern-tar';
import { unpackTar } from 'modern-tar/fs';
import type { ChartVersion } from '../bump/next-version.ts';
import type { Built } from '../built.ts';
import { ChartError } from '../errors.ts';
import { withoutSecrets } from '../io/environment.ts';
import { readText } from '../io/files.ts';
import { runProgram } from '../io/program.ts';
import { withTemporaryFolder } from '../io/temporary.ts';
import type { JsonObject } from '../json/json.ts';
import { shellWord } from '../json/shell-word.ts';
import { parseYaml } from '../manifest/yaml.ts';
import { parseMetadata } from '../package/metadata.ts';
import type { Side } from '../review/review.ts';
import { renderedSide, type Renderer } from './rendered.ts';

/** Milliseconds; it is a matter of a moment on any disk. */
const PATIENCE = 120_000;

/**
 * The project's chart as it was committed at another revision. The generated chart is taken and not
 * the recipe: an older recipe may be written in words of then.
 *
 * @param revision any name of a commit that git knows
 * @throws USAGE when git does not know it, or it has no chart; FILE_SYSTEM for a link in it; HELM_FAILED
 */
export function revisionSide(revision: string, project: string, renderer: Renderer): Promise<Side> {
  return withChartAt(revision, project, ({ chart, name, version, commit }) =>
    renderedSide(chart, `${name} ${version} of ${revision} (${commit.slice(0, 10)})`, renderer),
  );
}

/**
 * The chart of a project as its users got it: that of git's tag `v` and the version. Undefined where there is
 * no such tag, or what it has is another chart.
 *
 * @throws HELM_FAILED
 */
export async function releasedChart(
  { project: { root, recipe } }: Built,
  helm: Renderer['helm'],
): Promise<ChartVersion | undefined> {
  const { name, version } = recipe.chart;
  const release = { name, namespace: 'default' };
  try {
    return await withChartAt(`refs/tags/v${version}`, root, async ({ chart, ...found }) => {
      if (found.name !== name || found.version !== version) return undefined;
      const [schema, defaults] = await Promise.all(
        ['values.schema.json', 'values.yaml'].map(
          // Of a chart that this toolkit made both are maps.
          async (file) => parseYaml(await readText(join(chart, file)), file).data as JsonObject,
        ),
      );
      const { objects } = await renderedSide(chart, name, { installation: { values: {}, release }, helm });
      return { version, schema: schema ?? {}, defaults: defaults ?? {}, objects };
    });
  } catch (error) {
    if (error instanceof ChartError && error.code === 'USAGE') return undefined;
    throw error;
  }
}

/** A file of a project as it was committed last; undefined where git has none. */
export async function committedText(project: string, file: string): Promise<string | undefined> {
  const run = await runGit(project, 'show', `HEAD:./${file}`);
  return run.code === 0 ? run.stdout : undefined;
}

/** The chart of a commit, in a folder for a while. */
interface ChartAt {
  /** The folder. */
  readonly chart: string;
  readonly name: string;
  readonly version: string;
  readonly commit: string;
}

async function withChartAt<T>(
  revision: string,
  project: string,
  action: (found: ChartAt) => Promise<T>,
): Promise<T> {
  const verified = await git(project, 'rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`);
  const commit = verified.trim();
  return withTemporaryFolder('revision-', async (folder) => {
    const tar = join(folder, 'chart.tar');
    // Run inside the project, it takes that folder's own path of the tree.
    await git(project, 'archive', '--format=tar', `--output=${tar}`, commit, 'chart');
    await pipeline(createReadStream(tar), unpackTar(folder, { filter: isPlain(revision) }));
    const chart = join(folder, 'chart');
    const { name, version } = parseMetadata(await readText(join(chart, 'Chart.yaml')));
    return action({ chart, name, version, commit });
  });
}

/** A link in a chart is refused like one in a project; git keeps nothing else that is neither file nor folder. */
function isPlain(revision: string): (entry: TarHeader) => boolean {
  return ({ name, type, linkname = '' }) => {
    if (type === 'symlink')
      throw new ChartError('FILE_SYSTEM', `${name} of ${revision} is a symbolic link to ${linkname}`, {
        hint: 'Name a revision in which chart/ is as build writes it.',
      });
    return true;
  };
}

/** Throws FILE_SYSTEM where git will not read what is another user's: that is not to have no such revision. */
async function runGit(project: string, ...args: readonly string[]): ReturnType<typeof runProgram> {
  const run = await runProgram('git', ['-C', project, ...args], {
    env: withoutSecrets(process.env),
    patience: PATIENCE,
  });
  if (run.code !== 0 && run.stderr.includes('safe.directory'))
    throw new ChartError('FILE_SYSTEM', `git does not read ${project}: it belongs to another user`, {
      hint: `If you trust it: git config --global --add safe.directory ${shellWord(project)}`,
    });
  return run;
}

async function git(project: string, ...args: readonly string[]): Promise<string> {
  const run = await runGit(project, ...args);
  if (run.code === 0) return run.stdout;
  const words = run.late ? 'no answer in time' : run.stderr.trim();
  throw new ChartError('USAGE', `git ${args[0] ?? ''} in ${project}: ${words}`, {
    hint: '--against git:REV names a commit, a branch or a tag that has the generated chart/.',
  });
}
