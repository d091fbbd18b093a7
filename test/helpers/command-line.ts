import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Command } from '../../scripts/commands/terminal/command.ts';
import { compiledLine, ROOT } from './this-project.ts';
import { inWorld } from './world.ts';

/** What a command said and how it ended. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const MAX_OUTPUT = 64 << 20;

/** What a command has in its environment beside what a test gives: nothing of the machine decides a result. */
function environment(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { PATH = '', TMPDIR } = process.env;
  return { PATH, HOME: '/nonexistent', ...(TMPDIR !== undefined && { TMPDIR }), ...env };
}

/** Its Helm has the streams of the process. */
const NEEDS_A_PROCESS = 'template';

/**
 * Runs a command to its end, in the process of the test, which costs a tenth of a process of its own.
 * What only a process shows (signals, streams that close, what another command left in memory):
 * {@link spawnCommand}.
 */
export async function runCommand(
  name: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  input: string | Uint8Array = '',
): Promise<CommandResult> {
  if (name === NEEDS_A_PROCESS) return spawnCommand(name, args, env, input);
  const { command } = (await import(`../../scripts/commands/${name}.ts`)) as { readonly command: Command };
  return inWorld(environment(env), input, () => command.run(args, process.env));
}

/** Runs a command to its end as a process of its own, in the repository's root. */
export function spawnCommand(
  name: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  input: string | Uint8Array = '',
): Promise<CommandResult> {
  return runNode(compiledLine(name, args), env, input);
}

/** Runs Node to its end, in the repository's root. */
export async function runNode(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input: string | Uint8Array = '',
): Promise<CommandResult> {
  const options = { cwd: ROOT, maxBuffer: MAX_OUTPUT, env: environment(env) };
  try {
    const running = promisify(execFile)(process.execPath, argv, options);
    running.child.stdin?.on('error', () => {}).end(input);
    return { code: 0, ...(await running) };
  } catch (error) {
    const { code, stdout, stderr } = error as CommandResult;
    return { code, stdout, stderr };
  }
}
