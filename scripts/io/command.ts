import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { ChartError, messageOf } from '../errors.ts';
import { fileSystemError } from './file-system.ts';
import { processOutput, type Output } from './output.ts';
import { REPOSITORY_ROOT } from './repository-root.ts';
import { mask } from './secrets.ts';
import { tidyUp } from './temporary.ts';

/** One flag of a command, as `node:util` parseArgs knows it, with its help text. */
interface FlagSpec {
  readonly type: 'boolean' | 'string';
  readonly multiple?: boolean;
  readonly short?: string;
  /** The placeholder of a string flag's value in --help, for example FILE. */
  readonly value?: string;
  readonly description: string;
}

type Flags = Readonly<Record<string, FlagSpec>>;

type FlagValue<F extends FlagSpec> = F['type'] extends 'boolean'
  ? boolean
  : F['multiple'] extends true
    ? readonly string[]
    : string;

/** What a command's action is given. */
export interface Invocation<F extends Flags> {
  readonly flags: { readonly [K in keyof F]?: FlagValue<F[K]> };
  /** Arguments that are not flags; empty unless the command declares `positionals`. */
  readonly positionals: readonly string[];
  /** Absolute path of the chart project (`--project`, default: the repository root). */
  readonly project: string;
  readonly out: Output;
  readonly env: NodeJS.ProcessEnv;
}

interface CommandSpec<F extends Flags> {
  /** The npm script's name. */
  readonly name: string;
  readonly summary: string;
  readonly flags: F;
  /** How positional arguments are shown in --help; without it they are refused. */
  readonly positionals?: string;
  /** Text below the flags in --help. */
  readonly notes?: string;
  /** Does the work; a returned number is the exit code. */
  readonly action: (invocation: Invocation<F>) => Promise<number | void>;
}

const COMMON_FLAGS = {
  project: { type: 'string', value: 'DIR', description: 'the chart project (default: the repository root)' },
  json: { type: 'boolean', description: 'print the result as JSON' },
  help: { type: 'boolean', short: 'h', description: 'show this help' },
} as const satisfies Flags;

/**
 * Runs an entry file: parse flags, act, one catch at the bottom. Sets
 * `process.exitCode` rather than exiting, so that output is flushed.
 */
export async function run<const F extends Flags>(spec: CommandSpec<F>): Promise<void> {
  await guard(() => invoke(spec, process.argv.slice(2)));
}

/** Runs the action of an entry file and turns what it throws into a message and an exit status. */
export async function guard(action: () => Promise<number>): Promise<void> {
  // A reader that closed its end early (`| head`) is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => interrupted(signal));
  try {
    process.exitCode = await action();
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Tidies up and says so, then lets the signal do what it does to a process that does not listen. */
function interrupted(signal: NodeJS.Signals): void {
  tidyUp();
  process.stderr.write(
    `\ninterrupted (${signal}): nothing is half written; run the same command again and it goes on\n`,
  );
  process.kill(process.pid, signal);
}

async function invoke<F extends Flags>(spec: CommandSpec<F>, argv: readonly string[]): Promise<number> {
  const all: Flags = { ...spec.flags, ...COMMON_FLAGS };
  const { values, positionals } = parse(spec, all, argv);
  if (values['help'] === true) {
    process.stdout.write(helpText(spec, all));
    return 0;
  }
  const project = typeof values['project'] === 'string' ? resolve(values['project']) : REPOSITORY_ROOT;
  const code = await spec.action({
    flags: values as Invocation<F>['flags'],
    positionals,
    project,
    out: processOutput(values['json'] === true),
    env: process.env,
  });
  return code ?? 0;
}

function parse<F extends Flags>(spec: CommandSpec<F>, options: Flags, argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: Object.fromEntries(
        Object.entries(options).map(([name, { type, multiple, short }]) => [
          name,
          { type, ...(multiple !== undefined && { multiple }), ...(short !== undefined && { short }) },
        ]),
      ),
      allowPositionals: spec.positionals !== undefined,
    });
  } catch (cause) {
    throw new ChartError('USAGE', `npm run ${spec.name}: ${messageOf(cause)}`, {
      cause,
      hint: `Run npm run ${spec.name} -- --help.`,
    });
  }
}

function helpText<F extends Flags>(spec: CommandSpec<F>, flags: Flags): string {
  const rows = Object.entries(flags).map(([name, flag]) => {
    const value = flag.type === 'string' ? ` ${flag.value ?? 'VALUE'}` : '';
    return [
      `${flag.short === undefined ? '' : `-${flag.short}, `}--${name}${value}`,
      flag.description,
    ] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
  const usage = `Usage: npm run ${spec.name} -- [flags]${spec.positionals === undefined ? '' : ` ${spec.positionals}`}`;
  const notes = spec.notes === undefined ? [] : ['', spec.notes];
  return [spec.summary, '', usage, '', ...lines, ...notes, ''].join('\n');
}

function report(error: unknown): number {
  const known = error instanceof ChartError ? error : fileSystemError(error);
  if (known !== undefined) {
    process.stderr.write(mask(`error: ${known.message}\n  ${known.code} (${known.stage}): ${known.hint}\n`));
    return known.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(mask(`error: this is a bug, please report it\n${text}\n`));
  return 70;
}
