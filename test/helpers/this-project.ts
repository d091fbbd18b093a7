import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Built, build } from '../../scripts/built.ts';
import { COMPILED, ROOT } from './root.ts';

export { ROOT };

let built: Promise<Built> | undefined;

/** This repository's chart, made once for a test file. */
export function thisProject(): Promise<Built> {
  return (built ??= build(ROOT));
}

/** The npm scripts of package.json by name. */
export function npmScripts(): Readonly<Record<string, string>> {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  return scripts;
}

/** The arguments with which Node runs a command, as package.json has them. */
export function commandLine(name: string, args: readonly string[] = []): readonly string[] {
  const [node, ...line] = npmScripts()[name]?.split(' ') ?? [];
  if (node !== 'node') throw new Error(`npm run ${name} is no command`);
  return [...line.map((arg) => (arg.startsWith('scripts/') ? join(ROOT, arg) : arg)), ...args];
}

const START = join(ROOT, 'test', 'helpers', 'start-compiled.js');

/** The same as the installed package runs it, which starts faster; a command that it lacks as npm does. */
export function compiledLine(name: string, args: readonly string[] = []): readonly string[] {
  const file = join(ROOT, COMPILED, 'commands', `${name}.js`);
  return existsSync(file) ? [START, name, ...args] : commandLine(name, args);
}
