import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { commandLine, ROOT } from './this-project.ts';

/** What a command said and how it ended. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const MAX_OUTPUT = 64 << 20;

/**
 * Runs a command as a process of its own, as npm does in the repository's root.
 */
export function runCommand(
  name: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<CommandResult> {
  return runNode(commandLine(name, args), env, input);
}

/**
 * Runs Node to its end, in the repository's root. Its environment is the given one and PATH:
 * nothing of the machine decides a result.
 */
export async function runNode(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<CommandResult> {
  const base = { PATH: process.env['PATH'], HOME: '/nonexistent', TMPDIR: process.env['TMPDIR'] };
  const options = { cwd: ROOT, maxBuffer: MAX_OUTPUT, env: { ...base, ...env } };
  try {
    const running = promisify(execFile)(process.execPath, argv, options);
    running.child.stdin?.on('error', () => {}).end(input);
    return { code: 0, ...(await running) };
  } catch (error) {
    const { code, stdout, stderr } = error as CommandResult;
    return { code, stdout, stderr };
  }
}
