import { spawn, type ChildProcess } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { endsWithUs } from './temporary.ts';

/** What a program that was run gave back. */
export interface ProgramResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** It did not end in time and was killed. */
  readonly late: boolean;
}

/** How a program is run. */
export interface ProgramOptions {
  readonly input?: string;
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds that it may take. */
  readonly patience: number;
  /**
   * Apart from the terminal, so that what it starts ends with it: a Helm may be a script that
   * starts the real one. Not for programs that ask the user.
   */
  readonly apart?: boolean;
}

/** Runs a program to its end, at most for its time, and never longer than this process. Rejects when it cannot be started. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { input = '', env, patience, apart = false }: ProgramOptions,
): Promise<ProgramResult> {
  const detached = apart && process.platform !== 'win32';
  const child = spawn(program, [...args], { stdio: 'pipe', env, detached });
  const end = (): void => kill(child, detached);
  const ended = endsWithUs(end);
  let late = false;
  const clock = setTimeout(() => {
    late = true;
    end();
  }, patience);
  // A program that ends before it has read its input breaks the pipe; its status and words say why.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  try {
    const [code, stdout, stderr] = await Promise.all([
      new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve)),
      text(child.stdout),
      text(child.stderr),
    ]);
    return { code, stdout, stderr, late };
  } finally {
    clearTimeout(clock);
    ended();
  }
}

/** At once and for good: a program that is not wanted any more has nothing to save. */
function kill(child: ChildProcess, detached: boolean): void {
  try {
    if (detached && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // It has ended by itself meanwhile.
  }
}
