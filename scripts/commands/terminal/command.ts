import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { ChartError, messageOf } from '../../errors.ts';
import { fileSystemError } from '../../io/file-system.ts';
import { harmless, processOutput, type Output } from './output.ts';
import { finishTogether } from '../../io/together.ts';
import { refuseUnplain } from '../../io/plain-files.ts';
import { DEFAULT_PROJECT, IS_INSTALLED } from '../../io/repository-root.ts';
import { mask, registerCredentials } from '../../secrets/secrets.ts';
import { npmCommand, typed } from './npm-command.ts';
import { stand } from './stand.ts';
import { keepErrors, print, refuseLost } from './standard-output.ts';
import { tidyUp } from '../../io/temporary.ts';

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
  project: {
    type: 'string',
    value: 'DIR',
    description: `the chart project (default: ${IS_INSTALLED ? 'this folder' : 'the repository root'})`,
  },
  json: { type: 'boolean', description: 'print the result as JSON' },
  help: { type: 'boolean', short: 'h', description: 'show this help' },
} as const satisfies Flags;

/** What an entry file exports. Nothing runs when the file is imported. */
export interface Command {
  /** Parses, acts and prints, and turns what is thrown into a message; gives the exit status. */
  run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number>;
  /**
   * Runs as this process: with its arguments, its environment, its signals. Sets `process.exitCode`
   * rather than exiting, so that output is flushed.
   */
  start(): void;
}

/** A command of which the flags are declared. */
export function commandOf<const F extends Flags>(spec: CommandSpec<F>): Command {
  return bareCommand(
    (argv, env) => invoke(spec, argv, env),
    (argv) => argv.includes('--json'),
  );
}

/**
 * A command that reads its arguments by itself.
 *
 * @param isWhole whether stdout has a result that is of no use in part
 */
export function bareCommand(
  action: Command['run'],
  isWhole: (argv: readonly string[]) => boolean = () => false,
): Command {
  const run: Command['run'] = async (argv, env) => {
    try {
      stand(env);
      const code = await action(argv, env);
      await refuseLost(isWhole(argv));
      return code;
    } catch (error) {
      return report(error);
    }
  };
  const start = (): void => {
    keepErrors();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => interrupted(signal));
    void run(process.argv.slice(2), process.env).then((code) => (process.exitCode = code));
  };
  return { run, start };
}

/** What a person may have written a password into, which then stands in whatever goes wrong. */
function expectCredentials(argv: readonly string[], env: NodeJS.ProcessEnv): void {
  const named = Object.entries(env).filter(([name]) => /^(?:REGISTRY|\w+_PROXY)$/i.test(name));
  for (const text of [...argv, ...named.map(([, value]) => value ?? '')]) registerCredentials(text);
}

/** Tidies up and says so, then lets the signal do what it does to a process that does not listen. */
function interrupted(signal: NodeJS.Signals): void {
  tidyUp();
  // What a thread was just about to make is there a moment later.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  tidyUp();
  process.stderr.write(
    `\ninterrupted (${signal}): nothing is half written; run the same command again and it goes on\n`,
  );
  process.kill(process.pid, signal);
}

async function invoke<F extends Flags>(
  spec: CommandSpec<F>,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  expectCredentials(argv, env);
  const all: Flags = { ...spec.flags, ...COMMON_FLAGS };
  const { values, positionals } = parse(spec, all, argv);
  if (values['help'] === true) {
    print(helpText(spec, all));
    return 0;
  }
  const project = typeof values['project'] === 'string' ? resolve(values['project']) : DEFAULT_PROJECT;
  await refuseUnplain(project);
  await finishTogether(project);
  const code = await spec.action({
    flags: values as Invocation<F>['flags'],
    positionals,
    project,
    out: processOutput(values['json'] === true),
    env,
  });
  return code ?? 0;
}

/** Of an unknown flag: no argument of ours begins with a dash. */
const MORE_WORDS = /\. To specify a positional argument.*/s;

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
    throw new ChartError('USAGE', `${typed(spec.name)}: ${messageOf(cause).replace(MORE_WORDS, '')}`, {
      cause,
      hint: `Run ${npmCommand(spec.name, undefined, '--help')}.`,
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
  const usage = `Usage: ${npmCommand(spec.name, undefined, '[flags]')}${spec.positionals === undefined ? '' : ` ${spec.positionals}`}`;
  const notes = spec.notes === undefined ? [] : ['', spec.notes];
  return [spec.summary, '', usage, '', ...lines, ...notes, ''].join('\n');
}

function report(error: unknown): number {
  const known = error instanceof ChartError ? error : fileSystemError(error);
  if (known !== undefined) {
    process.stderr.write(
      harmless(mask(`error: ${known.message}\n  ${known.code} (${known.stage}): ${known.hint}\n`)),
    );
    return known.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(mask(`error: this is a bug, please report it\n${text}\n`));
  return 70;
}
