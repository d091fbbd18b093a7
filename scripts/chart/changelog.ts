import { ChartError } from '../errors.ts';
import { isDay } from '../manifest/date.ts';

/** Keep a Changelog's sections, and what Artifact Hub calls them. */
const KINDS: ReadonlyMap<string, ChangeKind> = new Map([
  ['Added', 'added'],
  ['Changed', 'changed'],
  ['Deprecated', 'deprecated'],
  ['Removed', 'removed'],
  ['Fixed', 'fixed'],
  ['Security', 'security'],
]);

export type ChangeKind = 'added' | 'changed' | 'deprecated' | 'removed' | 'fixed' | 'security';

export interface Change {
  readonly kind: ChangeKind;
  readonly description: string;
}

/** One version of the changelog. */
export interface ChangelogRelease {
  readonly version: string;
  /** YYYY-MM-DD; undefined for Unreleased. */
  readonly date: string | undefined;
  readonly changes: readonly Change[];
}

/**
 * Reads a changelog in the form of Keep a Changelog 1.1.0.
 *
 * @param file the name that messages show
 * @throws CHANGELOG_INVALID with the line
 */
export function parseChangelog(text: string, file: string): readonly ChangelogRelease[] {
  const releases: { version: string; date: string | undefined; changes: Change[] }[] = [];
  let kind: ChangeKind | undefined;
  for (const [i, line] of text.split('\n').entries()) {
    const fail = (what: string): never => {
      throw new ChartError('CHANGELOG_INVALID', `${file}:${i + 1}: ${what}: ${line}`);
    };
    const release = releases.at(-1);
    if (line.startsWith('## ')) {
      const match =
        /^## \[?([^\]\s]+)\]?(?: - (\d{4}-\d{2}-\d{2}))?\s*$/.exec(line) ??
        fail('expected "## [VERSION] - YYYY-MM-DD"');
      if (match[2] !== undefined && !isDay(match[2])) fail(`there is no day ${match[2]}`);
      releases.push({ version: match[1] ?? '', date: match[2], changes: [] });
      kind = undefined;
    } else if (line.startsWith('### ')) {
      kind = KINDS.get(line.slice(4).trim()) ?? fail(`expected one of ${[...KINDS.keys()].join(', ')}`);
    } else if (line.startsWith('- ') && release !== undefined) {
      release.changes.push({
        kind: kind ?? fail('a change needs a section such as "### Added" above it'),
        description: line.slice(2).trim(),
      });
    } else if (/^ {2}\S/.test(line)) {
      const last = release?.changes.pop();
      if (last !== undefined)
        release?.changes.push({ ...last, description: `${last.description} ${line.trim()}` });
    }
  }
  return releases;
}
