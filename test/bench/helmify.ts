import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { $, which } from 'zx/core';
import { SNAPSHOT_FILE } from '../../scripts/fetch/snapshot.ts';
import { ROOT } from '../helpers/this-project.ts';
import { withTemporaryFolder } from '../../scripts/io/temporary.ts';
import { mixed } from './synthetic.ts';

/** Milliseconds of whole processes on one manifest, medians of runs that took turns. */
export interface Ratio {
  readonly manifest: string;
  /** `build` of a project that is there. */
  readonly build: number;
  /** `init` of a new project, which proves it on both Helms, and `build` of that. */
  readonly initAndBuild: number;
  readonly helmify: number;
}

const START = join(ROOT, 'scripts', 'start.js');

/**
 * Times our commands beside helmify on a project's manifest and on a mixed one of 7,000 documents, that one a
 * single time; undefined where there is no helmify on PATH.
 */
export async function besideHelmify(project: string, runs: number): Promise<readonly Ratio[] | undefined> {
  const helmify = await which('helmify', { nothrow: true });
  if (helmify === null) return undefined;
  return withTemporaryFolder('helmify-', async (folder) => {
    const large = join(folder, 'mixed.yaml');
    await writeFile(large, mixed(7000));
    return [
      await timedBoth("the project's manifest", join(project, SNAPSHOT_FILE), helmify, runs, project),
      await timedBoth('7,000 mixed documents', large, helmify, 1),
    ];
  });
}

/** @param project of the manifest; without it `build` is of the one that `init` makes */
async function timedBoth(
  manifest: string,
  file: string,
  helmify: string,
  runs: number,
  project?: string,
): Promise<Ratio> {
  const times = { build: [] as number[], initAndBuild: [] as number[], helmify: [] as number[] };
  for (let i = 0; i < runs; i++)
    await withTemporaryFolder('helmify-', async (cwd) => {
      const made = join(cwd, 'made');
      const start = (...args: readonly string[]): PromiseLike<unknown> =>
        $({ quiet: true })`${process.execPath} ${START} ${args}`;
      const init = await timed(start('init', '--manifest', file, '--out', made));
      const built = await timed(start('build', '--check', '--project', made));
      times.initAndBuild.push(init + built);
      times.build.push(
        project === undefined ? built : await timed(start('build', '--check', '--project', project)),
      );
      times.helmify.push(await timed($({ cwd, quiet: true })`${helmify} -f ${file} out`));
    });
  return {
    manifest,
    build: median(times.build),
    initAndBuild: median(times.initAndBuild),
    helmify: median(times.helmify),
  };
}

async function timed(running: PromiseLike<unknown>): Promise<number> {
  const begun = performance.now();
  await running;
  return performance.now() - begun;
}

/** The middle of some numbers, rounded. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
}
