import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { CommandResult } from './command-line.ts';
import { compiledLine, ROOT } from './this-project.ts';

/** A command and its arguments. */
export type Words = readonly [name: string, ...args: string[]];

/** Runs `sh -c LINE` with mounts of its own. */
export const ALONE = ['--user', '--map-root-user', '--mount', 'sh', '-c'];

/** Linux lets an ordinary user mount in a namespace of their own, unless it is told not to. */
export const MAY_MOUNT = spawnSync('unshare', [...ALONE, 'mount -t tmpfs none /mnt']).status === 0;

/** Runs a program to its end, in the repository's root. */
export async function runProgram(program: string, args: readonly string[]): Promise<CommandResult> {
  try {
    return { code: 0, ...(await promisify(execFile)(program, args, { cwd: ROOT, timeout: 110_000 })) };
  } catch (error) {
    const { code, stdout, stderr } = error as CommandResult;
    return { code, stdout, stderr };
  }
}

/**
 * Runs a command by a line of the shell, in which "$@" is the command.
 *
 * @param start how Node is told to run it
 */
export function shell(
  line: string,
  project: string,
  [name, ...args]: Words,
  start = compiledLine,
): Promise<CommandResult> {
  const command = [process.execPath, ...start(name, [...args, '--project', project])];
  return runProgram('bash', ['-c', line, 'bash', ...command]);
}

/** Runs a command with a folder that takes so many KiB; what is in it is gone afterwards. */
export function onSmallDisk(
  folder: string,
  kib: number,
  project: string,
  [name, ...args]: Words,
): Promise<CommandResult> {
  const mount = `mount -t tmpfs -o size=${Math.ceil(kib)}k none "$0" && exec "$@"`;
  const command = [process.execPath, ...compiledLine(name, ['--project', project, ...args])];
  return runProgram('unshare', [...ALONE, mount, folder, ...command]);
}

/** Rows of a table of tests. */
export function rows(
  ...commands: readonly Words[]
): readonly { readonly name: string; readonly words: Words }[] {
  return commands.map((words) => ({ name: words.join(' '), words }));
}
