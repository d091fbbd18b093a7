import { describe, expect, test } from 'vitest';
import { formatLock, parseLock, type Lock } from '../../scripts/recipe/lock.ts';

const LOCK: Lock = {
  version: 'v1',
  url: 'https://example.test/v1/a.yml',
  sha256: 'a'.repeat(64),
  documents: `sha256:${'b'.repeat(64)}`,
  created: '2026-01-01T00:00:00Z',
  images: {
    image: {
      registry: 'r.test:5000',
      repository: 'a/b',
      tag: '1.10',
      digest: `sha256:${'c'.repeat(64)}`,
      platforms: ['linux/amd64', 'linux/arm/v7'],
      source: 'registry',
    },
  },
};

describe('the lock', () => {
  test('is read as it was written, in one form', () => {
    const text = formatLock(LOCK);
    expect(parseLock(text, 'lock.yaml')).toEqual(LOCK);
    expect(formatLock(parseLock(text, 'lock.yaml'))).toBe(text);
    expect(text).toContain('created: "2026-01-01T00:00:00Z"\n');
  });

  test.each([
    ['nothing', '', 'the file must be a map; found null'],
    ['a syntax error', 'a: [', 'lock.yaml:2: '],
    ['a wrong sha256', formatLock({ ...LOCK, sha256: 'A'.repeat(64) }), 'sha256 must be'],
    ['a digest without algorithm', formatLock({ ...LOCK, documents: 'b'.repeat(64) }), 'documents must be'],
    ['a date without time', formatLock({ ...LOCK, created: '2026-01-01' }), 'created must be'],
    ...['2026-13-45T99:99:99Z', '2026-02-30T00:00:00Z', '1960-01-01T00:00:00Z', '9999-01-01T00:00:00Z'].map(
      (created): [string, string, string] => [
        created,
        formatLock({ ...LOCK, created }),
        `lock.yaml: created must be a string of the form YYYY-MM-DDTHH:MM:SSZ, a time that there is, from 1970 to 2242-03-16T12:56:31Z; found "${created}"`,
      ],
    ),
    ['an unknown field', `${formatLock(LOCK)}extra: 1\n`, 'extra is not a field of the lock; found 1'],
    ['a missing field', formatLock(LOCK).replace(/^url.*\n/m, ''), 'url must be a string'],
    [
      'an image without digest',
      formatLock(LOCK).replace(/^ {4}digest.*\n/m, ''),
      'images.image.digest must be',
    ],
    [
      'a platform that is an object',
      formatLock(LOCK).replace('- linux/amd64', '- toString: linux/amd64'),
      'images.image.platforms must be',
    ],
    ['a wrong platform', formatLock(LOCK).replace('linux/amd64', 'linux'), 'images.image.platforms must be'],
    [
      'an unknown source',
      formatLock(LOCK).replace('source: registry', 'source: x'),
      'images.image.source must be',
    ],
  ])('%s is refused', (_, text, message) => {
    expect(() => parseLock(text, 'lock.yaml')).toThrow(
      expect.objectContaining({ code: 'LOCK_INVALID', message: expect.stringContaining(message) }),
    );
  });
});
