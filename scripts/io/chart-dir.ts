import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ChartFiles } from '../chart/assemble.ts';
import { ChartError } from '../errors.ts';
import { ifNoFile, pathBelow, readBytes, readText, writeAtomic } from './files.ts';
import { plainFiles } from './plain-files.ts';
import { isUnfinished, removeLeftBehind, withTemporaryFolder } from './temporary.ts';

/** How a folder of generated files (chart/, dist/argocd) differs from what would be written. */
export interface ChartDiff {
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Of `changed` and `removed`, what is not as this toolkit wrote it. */
  readonly foreign: readonly string[];
  /** Whether the list of what was written is another one. */
  readonly unlisted: boolean;
}

/** The list of what was written to a folder, beside it, as `sha256sum --check` reads it. */
export function listOf(directory: string): string {
  return `${directory}.sha256`;
}

/** Compares the folder with the files. */
export async function diffChart(directory: string, files: ChartFiles): Promise<ChartDiff> {
  const list = await readList(directory);
  // What another build is writing at this moment, or one that was killed left half, is no file of the folder's.
  const found = (await plainFiles(directory)).filter((path) => !isUnfinished(path));
  const present = found.map((path) => pathBelow(directory, path)).toSorted();
  // What somebody put there may be large; it is not read.
  const known = present.filter((path) => files.has(path) || list.has(path));
  const digests = new Map<string, string>();
  for (const path of known) {
    const bytes = await readBytes(join(directory, path)).catch(ifNoFile);
    if (bytes !== undefined) digests.set(path, sha256(bytes));
  }
  const changed = known.filter(
    (path) => files.has(path) && digests.get(path) !== sha256(files.get(path) ?? ''),
  );
  const removed = present.filter((path) => !files.has(path));
  return {
    changed,
    added: [...files.keys()].filter((path) => !digests.has(path)),
    removed,
    foreign: [...changed, ...removed].filter(
      (path) => !digests.has(path) || digests.get(path) !== list.get(path),
    ),
    unlisted: formatList(directory, files) !== [...list].map((entry) => line(directory, ...entry)).join(''),
  };
}

/**
 * Refuses to remove what this toolkit did not write.
 *
 * @throws CHART_FOREIGN with the files
 */
export function refuseForeign(directory: string, { removed, foreign }: ChartDiff): void {
  const kept = removed.filter((path) => foreign.includes(path));
  if (kept.length === 0) return;
  const more = kept.length > MOST_NAMED ? ` and ${kept.length - MOST_NAMED} more` : '';
  throw new ChartError(
    'CHART_FOREIGN',
    `${directory} holds files that were not generated: ${kept.slice(0, MOST_NAMED).join(', ')}${more}`,
  );
}

const MOST_NAMED = 10;

/** Writes a chart, or some files of one, to a folder. */
export async function writeChart(directory: string, files: ChartFiles): Promise<void> {
  await removeHalves(directory, files);
  for (const [path, text] of files) await writeAtomic(join(directory, path), text);
}

/** Removes what killed builds left half written: Helm would render it. Once for each folder, not for each file. */
async function removeHalves(directory: string, files: ChartFiles): Promise<void> {
  const folders = new Set([...files.keys()].map((path) => dirname(join(directory, path))));
  for (const folder of folders) await removeLeftBehind(folder);
}

/** Runs an action with a chart in a folder, for what Helm is to say of it. */
export function withChart<T>(files: ChartFiles, action: (chart: string) => Promise<T>): Promise<T> {
  return withTemporaryFolder('chart-', async (folder) => {
    await writeChart(folder, files);
    return action(folder);
  });
}

/**
 * Makes a folder of the project hold exactly the files; what is already right is not touched.
 *
 * @param warn told of every file that is replaced although this toolkit did not write it
 * @throws CHART_FOREIGN before anything is written
 */
export async function writeGenerated(
  directory: string,
  files: ChartFiles,
  warn: (text: string) => void,
): Promise<ChartDiff> {
  const diff = await diffChart(directory, files);
  refuseForeign(directory, diff);
  // Also where nothing is to be written.
  await removeHalves(directory, files);
  for (const path of diff.changed.filter((name) => diff.foreign.includes(name)))
    warn(`${join(directory, path)} was edited; it is generated, so it is replaced`);
  const written = [...diff.changed, ...diff.added].map((path) => [path, files.get(path) ?? ''] as const);
  await writeChart(directory, new Map(written));
  for (const path of diff.removed) await rm(join(directory, path), { force: true });
  if (diff.unlisted) await writeAtomic(listOf(directory), formatList(directory, files));
  return diff;
}

async function readList(directory: string): Promise<ReadonlyMap<string, string>> {
  const text = (await readText(listOf(directory)).catch(ifNoFile)) ?? '';
  const prefix = `${basename(directory)}/`;
  const entries = [...text.matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm)].map(
    ([, digest = '', path = '']) => [path, digest] as const,
  );
  return new Map(
    entries
      .filter(([path]) => path.startsWith(prefix))
      .map(([path, digest]) => [path.slice(prefix.length), digest]),
  );
}

/** The text of the list of what is generated. */
export function formatList(directory: string, files: ChartFiles): string {
  return [...files].map(([path, text]) => line(directory, path, sha256(text))).join('');
}

function line(directory: string, path: string, digest: string): string {
  return `${digest}  ${basename(directory)}/${path}\n`;
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
