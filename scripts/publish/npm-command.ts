import { shellWord } from '../io/shell-word.ts';

/**
 * A command of the toolkit as one types it.
 *
 * @param project the chart project, undefined for the one that commands take by default
 */
export function npmCommand(name: string, project: string | undefined, ...args: readonly string[]): string {
  const flags = [...(project === undefined ? [] : ['--project', shellWord(project)]), ...args];
  return [`npm run ${name}`, ...(flags.length === 0 ? [] : ['--']), ...flags].join(' ');
}
