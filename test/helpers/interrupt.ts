import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { startScript } from './project.ts';

/** How a process ended and what it said. */
export interface Ended {
  readonly output: string;
  /** The exit status, or the signal. */
  readonly end: number | string | null;
}

/** A command and its arguments. */
export type Command = readonly [name: string, ...args: string[]];

/** Ends a command when it has come to a point. */
export interface Interruption {
  readonly when: () => boolean;
  readonly signal: NodeJS.Signals;
}

/** Runs a command beside this process, where the registry is; an interruption may end it. */
export async function runBeside(
  [name, ...args]: Command,
  env: Readonly<Record<string, string>> = {},
  interruption?: Interruption,
): Promise<Ended> {
  const child = startScript(name, args, env);
  const pieces: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (piece: Buffer) => pieces.push(piece));
  const closed = once(child, 'close');
  if (interruption !== undefined) {
    while (!interruption.when() && child.exitCode === null) await sleep(10);
    child.kill(interruption.signal);
  }
  await closed;
  return { output: Buffer.concat(pieces).toString(), end: child.signalCode ?? child.exitCode };
}

/** Everything below a folder that has a temporary name. */
export async function temporariesBelow(folder: string): Promise<readonly string[]> {
  if (!existsSync(folder)) return [];
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /\.tmp$|\.bundle-|\.lock$/.test(name));
}

/** The processes whose arguments have a text in them (Linux). */
export async function processesWith(text: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.includes(text)).map((line) => line.replaceAll('\0', ' '));
}
