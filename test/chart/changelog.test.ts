import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ChartError } from '../../scripts/errors.ts';
import { parseChangelog } from '../../scripts/chart/changelog.ts';
import { ROOT } from '../helpers/this-project.ts';

const TEXT = `# Changelog

What this is about:

- A list above all versions is none of theirs.
  Nor is what follows it.

## [Unreleased]

## [2.0.0-rc.1] - 2026-02-01

### Added

- One thing: with a colon
  that goes on,
  and on.
- Another.

### Changed

### Deprecated

- Old.

## [1.1.0] - 2026-01-15

Words about the whole version.

### Removed

- Gone.

### Fixed

- Broken.

### Security

- Open.

## 1.0.0

### Added

- All.

[Unreleased]: https://example.org/compare
`;

test('golden: versions, dates, and changes by kind in the order of the file', () => {
  expect(parseChangelog(TEXT, 'CHANGELOG.md')).toEqual([
    { version: 'Unreleased', date: undefined, changes: [] },
    {
      version: '2.0.0-rc.1',
      date: '2026-02-01',
      changes: [
        { kind: 'added', description: 'One thing: with a colon that goes on, and on.' },
        { kind: 'added', description: 'Another.' },
        { kind: 'deprecated', description: 'Old.' },
      ],
    },
    {
      version: '1.1.0',
      date: '2026-01-15',
      changes: [
        { kind: 'removed', description: 'Gone.' },
        { kind: 'fixed', description: 'Broken.' },
        { kind: 'security', description: 'Open.' },
      ],
    },
    { version: '1.0.0', date: undefined, changes: [{ kind: 'added', description: 'All.' }] },
  ]);
});

test('a file without a version has none', () => {
  expect(parseChangelog('# Changelog\n', 'CHANGELOG.md')).toEqual([]);
});

test("this repository's own has a dated entry with changes for each version but Unreleased", async () => {
  const releases = parseChangelog(await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8'), 'CHANGELOG.md');
  const released = releases.filter(({ version }) => version !== 'Unreleased');
  expect(released.length).toBeGreaterThan(0);
  for (const { date, changes } of released) {
    expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(changes).not.toEqual([]);
  }
});

describe('CHANGELOG_INVALID', () => {
  const KINDS = 'expected one of Added, Changed, Deprecated, Removed, Fixed, Security';
  const HEADING = 'expected "## [VERSION] - YYYY-MM-DD"';

  test.each([
    ['a version without its dash', '## [1.0.0] 2026-01-01', `1: ${HEADING}: ## [1.0.0] 2026-01-01`],
    ['a date in another form', '\n## [1.0.0] - 1 May 2026', `2: ${HEADING}: ## [1.0.0] - 1 May 2026`],
    [
      'a day that there is not',
      '## [1.0.0] - 2026-02-30',
      '1: there is no day 2026-02-30: ## [1.0.0] - 2026-02-30',
    ],
    ['no version', '## ', `1: ${HEADING}: ## `],
    ['an unknown section', '## [1.0.0]\n### Improved', `2: ${KINDS}: ### Improved`],
    ['a section in lower case', '## [1.0.0]\n### added', `2: ${KINDS}: ### added`],
    [
      'a change without a section',
      '## [1.0.0]\n\n- A thing.',
      '3: a change needs a section such as "### Added" above it: - A thing.',
    ],
    [
      'a change below the section of another version',
      '## [1.1.0]\n### Added\n- A.\n## [1.0.0]\n- B.',
      '5: a change needs a section such as "### Added" above it: - B.',
    ],
  ])('%s', (_, text, message) => {
    const parsed = (): unknown => parseChangelog(text, 'CHANGELOG.md');
    expect(parsed).toThrow(ChartError);
    expect(parsed).toThrow(
      expect.objectContaining({ code: 'CHANGELOG_INVALID', message: `CHANGELOG.md:${message}` }) as Error,
    );
  });
});

test.each(['constructor', 'toString', '__proto__', 'added'])('### %s is no section', (name) => {
  const text = `## [1.0.0] - 2026-01-01\n\n### ${name}\n\n- A change.\n`;
  expect(() => parseChangelog(text, 'c.md')).toThrow(
    expect.objectContaining({
      code: 'CHANGELOG_INVALID',
      message: expect.stringMatching(/^c\.md:3: expected one of Added, /),
    }) as Error,
  );
});
