import { IS_INSTALLED } from '../../io/repository-root.ts';
import { shellWord } from '../../json/shell-word.ts';

/**
 * A command of the toolkit as one types it.
 *
 * @param project the chart project, undefined for the one that commands take by default
 */
export function npmCommand(name: string, project: string | undefined, ...args: readonly string[]): string {
  const flags = [...(project === undefined ? [] : ['--project', shellWord(project)]), ...args];
  return [typed(name), ...(flags.length === 0 || IS_INSTALLED ? [] : ['--']), ...flags].join(' ');
}

/** What one types for a command. */
export function typed(name: string): string {
  return IS_INSTALLED ? `npx chartlift ${name}` : `npm run ${name}`;
}
