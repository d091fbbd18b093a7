import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChartFiles } from '../assemble/assemble.ts';
import { readTree, writeAtomic } from './files.ts';

/** How chart/ on disk differs from what would be written. */
export interface ChartDiff {
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Compares the folder with the files. */
export async function diffChart(directory: string, files: ChartFiles): Promise<ChartDiff> {
  const present = await readTree(directory);
  const paths = [...files.keys()];
  return {
    changed: paths.filter((path) => present.has(path) && present.get(path) !== files.get(path)),
    added: paths.filter((path) => !present.has(path)),
    removed: [...present.keys()].filter((path) => !files.has(path)),
  };
}

/** Makes the folder hold exactly the files; what is already right is not touched. */
export async function writeChart(directory: string, files: ChartFiles): Promise<ChartDiff> {
  const diff = await diffChart(directory, files);
  await Promise.all([
    ...[...diff.changed, ...diff.added].map((path) =>
      writeAtomic(join(directory, path), files.get(path) ?? ''),
    ),
    ...diff.removed.map((path) => rm(join(directory, path))),
  ]);
  return diff;
}
