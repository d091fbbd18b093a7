import { shellWord } from './shell-word.ts';
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

/**
 * Runs a program to its end, at most for its time, and never longer than this process. One that
 * cannot be run ends as a shell says it: status 127 when there is none, 126 when it is no program.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { input = '', env, patience, apart = false }: ProgramOptions,
): Promise<ProgramResult> {
  const { $ } = await import('zx/core');
  // Small images have sh and no bash, which is what zx takes by itself.
  const shell = { shell: 'sh', prefix: '', postfix: '', quote: shellWord };
  const running = $({ ...shell, nothrow: true, quiet: true, env, detached: apart })`exec ${program} ${args}`;
  const end = (): void => kill(running.pid, apart);
  const ended = endsWithUs(end);
  let late = false;
  const clock = setTimeout(() => {
    late = true;
    end();
  }, patience);
  // A program that ends before it has read its input breaks the pipe; its status and words say why.
  running.stdin.on('error', () => {});
  running.stdin.end(input);
  try {
    const { exitCode, stdout, stderr } = await running;
    return { code: exitCode, stdout, stderr, late };
  } finally {
    clearTimeout(clock);
    ended();
  }
}

/** At once and for good: a program that is not wanted any more has nothing to save. */
function kill(pid: number | undefined, group: boolean): void {
  if (pid === undefined) return;
  try {
    process.kill(group ? -pid : pid, 'SIGKILL');
  } catch {
    // It has ended by itself meanwhile.
  }
}
