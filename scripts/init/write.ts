import { readdir, rename, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ChartError } from '../errors.ts';
import { writeGenerated } from '../io/chart-dir.ts';
import { reading, writing } from '../io/file-system.ts';
import { ensureWritable, writeAtomic } from '../io/files.ts';
import { ifMissing, refuseOdd } from '../io/plain-files.ts';
import { withTemporaryFolder } from '../io/temporary.ts';
import type { NewProject } from './plan.ts';

/**
 * Refuses a folder that has something in it, and a link in its place, which the project cannot take.
 *
 * @throws FILE_SYSTEM
 */
export async function refuseFilled(folder: string): Promise<void> {
  await refuseOdd(folder);
  const names = await reading(folder, () => readdir(folder)).catch(ifMissing);
  const [first] = names ?? [];
  if (first === undefined) return;
  throw new ChartError('FILE_SYSTEM', `${folder} is not empty: it has ${first}`, {
    hint: 'init writes a new project and overwrites nothing: name a folder that is not there yet by --out. Of a project that is there, init --project DIR without --manifest and --out proposes what its recipe does not bind.',
  });
}

/** Writes a project whole or not at all: beside its folder, which then takes its name. Throws FILE_SYSTEM, DISK_FULL. */
export async function writeProject(folder: string, { files, chart }: NewProject): Promise<void> {
  await ensureWritable(dirname(folder));
  await withTemporaryFolder(
    `.${basename(folder)}-`,
    async (temporary) => {
      const project = join(temporary, basename(folder));
      for (const [path, content] of files) await writeAtomic(join(project, path), content);
      await writeGenerated(join(project, 'chart'), chart, () => undefined);
      await refuseFilled(folder);
      await writing(folder, async () => {
        await rmdir(folder).catch(ifMissing);
        await rename(project, folder);
      });
    },
    dirname(folder),
  );
}
