import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './this-project.ts';

/**
 * The command that the chart's README has in an indented block behind a line with a word.
 *
 * @throws when there is no such line, or no block behind it
 */
export function commandBehind(word: string): string {
  const lines = readFileSync(join(ROOT, 'chart', 'README.md'), 'utf8').split('\n');
  const said = lines.findIndex((line) => line.includes(word));
  const start = lines.findIndex((line, i) => i > said && line.startsWith('    '));
  const end = lines.findIndex((line, i) => i > start && !line.startsWith('    '));
  if (said < 0 || start < 0) throw new Error(`The chart's README has no command behind "${word}"`);
  return lines
    .slice(start, end)
    .map((line) => line.slice(4))
    .join('\n');
}
