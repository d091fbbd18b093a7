import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ChartError } from '../errors.ts';
import { makeFolder, writing } from './file-system.ts';
import { readBytes, readText, writeAtomic } from './files.ts';
import { withLock } from './lock.ts';
import { refuseUnplain } from './plain-files.ts';
import { withTemporaryFolder } from './temporary.ts';

/** Files of a project that are one change. */
export interface Together {
  /** Path below the project → content. */
  readonly writes: ReadonlyMap<string, string | Uint8Array>;
  /** Paths below the project; the last step. */
  readonly removes: readonly string[];
}

/** What is decided and not yet in its place; beside recipe.yaml, for a rename does not leave a file system. */
const STAGED = '.chartlift-staged';
/** Which of the staged files go where: their order, and what is removed. */
const LIST = 'list.json';

/**
 * Writes several files of a project, all or none. They are staged whole; then one rename decides, and each
 * takes its place. What fails before is as if it had not been; a process that is killed behind it
 * is finished by the next command ({@link finishTogether}); what the file system refuses on the way is put back.
 *
 * @throws FILE_SYSTEM, DISK_FULL
 */
export async function writeTogether(project: string, { writes, removes }: Together): Promise<void> {
  if (writes.size === 0 && removes.length === 0) return;
  await refuseUnplain(project, [...writes.keys(), ...removes]);
  await finishTogether(project);
  await withTemporaryFolder(
    `${STAGED}-`,
    async (folder) => {
      const staged = join(folder, 'files');
      const paths = [...writes.keys()];
      for (const [i, path] of paths.entries())
        await writeAtomic(join(staged, String(i)), writes.get(path) ?? '');
      await writeAtomic(join(staged, LIST), JSON.stringify({ writes: paths, removes }));
      await withLock(lockOf(project), async () => {
        await writing(project, () => rename(staged, join(project, STAGED)));
        await placeAll(project, 'all or none');
      });
    },
    project,
  );
}

/** Finishes what a process that was killed had decided; nothing in all other cases. */
export async function finishTogether(project: string): Promise<void> {
  if (!existsSync(join(project, STAGED))) return;
  await withLock(lockOf(project), async () => {
    if (existsSync(join(project, STAGED))) await placeAll(project, 'all');
  });
}

function lockOf(project: string): string {
  return join(project, `${STAGED}.lock`);
}

/**
 * Every staged file into its place; what is no longer staged is there already.
 *
 * @param how `all`: some may be in their places since another process, so nothing is put back
 */
async function placeAll(project: string, how: 'all' | 'all or none'): Promise<void> {
  const staged = join(project, STAGED);
  const { writes, removes } = await readList(staged);
  await refuseUnplain(project, [...writes, ...removes]);
  const there = new Set(await readdir(staged));
  const undo: (() => Promise<void>)[] = [];
  try {
    for (const [i, path] of writes.entries()) {
      if (!there.has(String(i))) continue;
      const full = join(project, path);
      const old = existsSync(full) ? await readBytes(full) : undefined;
      await writing(full, async () => {
        await makeFolder(dirname(full));
        await rename(join(staged, String(i)), full);
      });
      undo.unshift(() => (old === undefined ? rm(full, { force: true }) : writeAtomic(full, old)));
    }
    for (const path of removes) await writing(project, () => rm(join(project, path), { force: true }));
  } catch (error) {
    if (how === 'all') throw error;
    for (const step of undo) await step();
    await rm(staged, { recursive: true, force: true });
    throw error;
  }
  await rm(staged, { recursive: true, force: true });
}

async function readList(staged: string): Promise<{
  readonly writes: readonly string[];
  readonly removes: readonly string[];
}> {
  const { writes, removes } = parsed(await readText(join(staged, LIST)));
  if (arePaths(writes) && arePaths(removes)) return { writes, removes };
  throw new ChartError('FILE_SYSTEM', `${staged} is nothing that this toolkit wrote`, {
    hint: 'Remove it: it stands where files wait that are written together.',
  });
}

function parsed(text: string): { readonly writes?: unknown; readonly removes?: unknown } {
  try {
    return Object(JSON.parse(text)) as object;
  } catch {
    return {};
  }
}

/** Paths below the project: the list lies on the disk, where anybody may write. */
function arePaths(list: unknown): list is readonly string[] {
  return (
    Array.isArray(list) &&
    list.every(
      (path) => typeof path === 'string' && !path.startsWith('/') && !path.split(/[\\/]/).includes('..'),
    )
  );
}
