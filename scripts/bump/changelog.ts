import { parseChangelog, type Change } from '../chart/changelog.ts';
import { ChartError } from '../errors.ts';

/** A version as the changelog has it. */
export interface Release {
  readonly version: string;
  /** YYYY-MM-DD. */
  readonly date: string;
  /** Each with one line; the kind is a section. */
  readonly changes: readonly Change[];
}

/**
 * The changelog with one version more: above all others, and with what stood under Unreleased, for that is
 * released with it.
 *
 * @param file the name that messages show
 * @throws CHANGELOG_INVALID when it cannot be read, or has the version already
 */
export function withRelease(text: string, file: string, { version, date, changes }: Release): string {
  const releases = parseChangelog(text, file);
  if (releases.some((one) => one.version === version))
    throw new ChartError('CHANGELOG_INVALID', `${file} has ${version} already`, {
      hint: 'It was written, and chart.version of recipe.yaml was not: raise that by hand.',
    });
  const lines = text.split('\n');
  const heads = lines.flatMap((line, i) => (line.startsWith('## ') ? [i] : []));
  const first = heads[0] ?? lines.length;
  const isUnreleased = releases[0]?.version === 'Unreleased';
  const end = isUnreleased ? (heads[1] ?? lines.length) : first;
  const waiting = trimmed(isUnreleased ? lines.slice(first + 1, end) : []);
  const body = changes.reduce(withChange, waiting);
  const above = isUnreleased ? [...lines.slice(0, first + 1), ''] : lines.slice(0, first);
  const below = lines.slice(end);
  return [
    ...above,
    `## [${version}] - ${date}`,
    '',
    ...body,
    ...(below.length > 0 ? ['', ...below] : ['']),
  ].join('\n');
}

/** Behind the last change of its section, or a section more at the end. */
function withChange(body: readonly string[], { kind, description }: Change): readonly string[] {
  const head = `### ${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
  const at = body.indexOf(head);
  const line = `- ${description}`;
  if (at < 0) return [...body, ...(body.length > 0 ? [''] : []), head, '', line];
  const next = body.findIndex((one, i) => i > at && one.startsWith('### '));
  const section = trimmed(body.slice(at, next < 0 ? body.length : next));
  return [...body.slice(0, at), ...section, line, ...(next < 0 ? [] : ['', ...body.slice(next)])];
}

/** Without blank lines around. */
function trimmed(lines: readonly string[]): readonly string[] {
  const filled = lines.map((line) => line.trim() !== '');
  return lines.slice(Math.max(filled.indexOf(true), 0), filled.lastIndexOf(true) + 1);
}
