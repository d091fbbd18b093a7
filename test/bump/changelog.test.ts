import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withRelease } from '../../scripts/bump/changelog.ts';
import { parseChangelog, type Change } from '../../scripts/chart/changelog.ts';

const release = (text: string, ...changes: readonly Change[]): string =>
  withRelease(text, 'CHANGELOG.md', { version: '1.1.0', date: '2026-02-03', changes });
const changed: Change = { kind: 'changed', description: 'Upstream is v2.' };
const added: Change = { kind: 'added', description: 'A value.' };

test('what was unreleased goes with it, and its sections are kept', () => {
  const text = `# Changelog

Words.

## [Unreleased]

### Added

- One thing
  on two lines.

### Changed

- Another.

### Fixed

- A third.

## [1.0.0] - 2026-01-01

### Added

- All.
`;
  expect(release(text, changed, added)).toBe(`# Changelog

Words.

## [Unreleased]

## [1.1.0] - 2026-02-03

### Added

- One thing
  on two lines.
- A value.

### Changed

- Another.
- Upstream is v2.

### Fixed

- A third.

## [1.0.0] - 2026-01-01

### Added

- All.
`);
});

test('without an Unreleased, and without a version', () => {
  expect(release('# C\n\n## [1.0.0] - 2026-01-01\n\n### Added\n\n- All.\n', changed)).toBe(
    '# C\n\n## [1.1.0] - 2026-02-03\n\n### Changed\n\n- Upstream is v2.\n\n## [1.0.0] - 2026-01-01\n\n### Added\n\n- All.\n',
  );
  expect(parseChangelog(release('# C\n', changed), 'c')).toEqual([
    { version: '1.1.0', date: '2026-02-03', changes: [changed] },
  ]);
});

test('a version that is there already is refused', () => {
  expect(() => release(release('# C\n', changed), changed)).toThrow(/CHANGELOG.md has 1.1.0 already/);
});

test('all that was there is still there, and the new version has what was unreleased', () => {
  const change = fc.record({
    kind: fc.constantFrom<Change['kind'][]>('added', 'changed', 'removed', 'fixed', 'security'),
    description: fc.stringMatching(/^[a-z]{1,9}$/),
  });
  const section = ({ kind, description }: Change): string =>
    `### ${kind.charAt(0).toUpperCase()}${kind.slice(1)}\n\n- ${description}\n\n`;
  fc.assert(
    fc.property(
      fc.array(change),
      fc.array(change),
      fc.array(change),
      fc.boolean(),
      (waiting, old, now, has) => {
        const unreleased = has ? `## [Unreleased]\n\n${waiting.map(section).join('')}` : '';
        const text = `# C\n\n${unreleased}## [1.0.0] - 2026-01-01\n\n${old.map(section).join('')}`;
        const [first, second, ...rest] = parseChangelog(release(text, ...now), 'c').filter(
          ({ version }) => version !== 'Unreleased',
        );
        const sorted = (list: readonly Change[] = []) => list.map((one) => JSON.stringify(one)).toSorted();
        expect(sorted(first?.changes)).toEqual(sorted([...(has ? waiting : []), ...now]));
        expect([second?.changes, rest]).toEqual([old, []]);
      },
    ),
  );
});
