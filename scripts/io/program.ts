import type { Readable, Writable } from 'node:stream';
import { fileSystemError } from './file-system.ts';
import { shellWord } from '../json/shell-word.ts';
import { endsWithUs } from './temporary.ts';

/** What a program that was run gave back. */
export interface ProgramResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** It did not end in time and was killed. */
  readonly late: boolean;
  /** It said more than it may and was killed; of what it said the beginning is here. */
  readonly long: boolean;
}

/** How a program is run. */
export interface ProgramOptions {
  readonly input?: string;
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds that it may take. */
  readonly patience: number;
  /** Bytes that it may say, on both streams; 100 MiB by default, more than Helm opens of a chart. */
  readonly most?: number;
  /**
   * Apart from the terminal, so that what it starts ends with it: a Helm may be a script that
   * starts the real one. Not for programs that ask the user.
   */
  readonly apart?: boolean;
}

interface Streams {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

const MOST_WORDS = 100 * 1024 * 1024;

/**
 * Runs a program to its end, at most for its time and its words, and never longer than this process. One that
 * cannot be run ends as a shell says it: status 127 when there is none, 126 when it is no program.
 *
 * @throws FILE_SYSTEM when no process can be started, for want of open files for example
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { input = '', env, patience, most = MOST_WORDS, apart = false }: ProgramOptions,
): Promise<ProgramResult> {
  const { $ } = await import('zx/core');
  // Small images have sh and no bash, which is what zx takes by itself; PATH need not lead to it.
  const shell = { shell: '/bin/sh', prefix: '', postfix: '', quote: shellWord };
  const running = $({ ...shell, nothrow: true, quiet: true, env, detached: apart })`exec ${program} ${args}`;
  // One that could not be started for want of open files has none of them.
  const { stdin, stdout: words, stderr: faults } = running as Partial<Streams>;
  const streams = [words, faults].filter((stream) => stream !== undefined);
  const end = (): void => {
    kill(running.pid, apart);
    // What it started may live on and write.
    for (const stream of streams) stream.destroy();
  };
  const ended = endsWithUs(end);
  let late = false;
  const clock = setTimeout(() => {
    late = true;
    end();
  }, patience);
  let said = 0;
  for (const stream of streams)
    stream.on('data', (piece: Uint8Array) => {
      said += piece.byteLength;
      if (said > most) end();
    });
  // A program that ends before it has read its input breaks the pipe; its status and words say why.
  stdin?.on('error', () => {});
  stdin?.end(input);
  try {
    const { exitCode, stdout, stderr, cause } = await running;
    const fault = fileSystemError(cause, program);
    if (fault !== undefined) throw fault;
    return { code: exitCode, stdout, stderr, late, long: said > most };
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
