import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { runCommand, type CommandResult } from '../helpers/command-line.ts';
import { onSmallDisk, type Words } from '../helpers/shell.ts';
import { site, type Site } from './setup.ts';

/** A tmpfs gives out whole pages. */
const PAGE = 4096;

export function expectDiskFull({ code, stderr }: CommandResult, path: RegExp): void {
  expect(stderr).toMatch(
    /^error: .*: no space left on the disk\n {2}DISK_FULL \(usage\): Free space and run again: .*\n$/,
  );
  expect(stderr).toMatch(path);
  expect(code).toBe(1);
}

/** KiB on a disk of a project's packed chart, of all that a bundle holds, and of what one file more may take. */
export async function packedSizes(
  project: string,
): Promise<{ readonly chart: number; readonly bundle: number; readonly page: number }> {
  const path = join(project, 'dist', 'bundle');
  expect(await runCommand('bundle', ['--project', project, '--output', path])).toMatchObject({ code: 0 });
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const stats = await Promise.all(files.map(({ parentPath, name }) => stat(join(parentPath, name))));
  const page = PAGE / 1024;
  const sizes = stats.map(({ size }) => Math.ceil(size / PAGE) * page);
  return { chart: Math.max(...sizes), bundle: sizes.reduce((sum, size) => sum + size, 0), page };
}

/** A project for the tests of a file, each of which finds its dist/ empty. */
export interface SmallDisk {
  project(): string;
  /** Runs a command with a dist/ of so many KiB. */
  run(kib: number, words: Words): Promise<CommandResult>;
}

export function smallDisk(): SmallDisk {
  let here: Site;
  const dist = (): string => join(here.project, 'dist');
  beforeAll(async () => void (here = await site()));
  afterAll(() => here.close());
  beforeEach(() => rm(dist(), { recursive: true, force: true }));
  return {
    project: () => here.project,
    run: async (kib, words) => {
      await mkdir(dist(), { recursive: true });
      return onSmallDisk(dist(), kib, here.project, words);
    },
  };
}
