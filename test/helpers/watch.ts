import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** What a program took. */
export interface Sample {
  readonly seconds: number;
  /** The most memory that it held at once, in MiB (VmHWM of /proc). */
  readonly memory: number;
}

const LOOK_EVERY_MS = 20;

/** Runs a program to its end and watches its memory. Throws with what it says when it fails. */
export async function watch(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Sample> {
  const start = performance.now();
  const child = spawn(program, [...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let peak = 0;
  const look = setInterval(() => (peak = Math.max(peak, highWater(child.pid))), LOOK_EVERY_MS);
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  await once(child, 'close');
  clearInterval(look);
  if (child.exitCode !== 0)
    throw new Error(`${program} ${args.join(' ')}: ${Buffer.concat(errors).toString()}`);
  return { seconds: (performance.now() - start) / 1000, memory: Math.round(peak / 1024) };
}

/** KiB; 0 when the process has ended. */
function highWater(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
