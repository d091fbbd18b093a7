import { packTar } from 'modern-tar';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BLOCK, formatHeader, parseHeader } from '../../scripts/publish/tar-header.ts';

const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,40}(?:\/[a-z0-9-]{1,50})?$/);

test('a header has the bytes that another writer of tars gives it', async () => {
  await fc.assert(
    fc.asyncProperty(name, fc.nat(3000), async (path, size) => {
      const header = {
        name: path,
        size,
        mode: 0o644,
        uid: 0,
        gid: 0,
        mtime: new Date(0),
        type: 'file',
      } as const;
      const tar = await packTar([{ header, body: new Uint8Array(size) }]);
      expect(formatHeader(path, size).equals(tar.subarray(0, BLOCK))).toBe(true);
    }),
  );
});

test.each([0, 1, 8 ** 11 - 1, 8 ** 11, 2 ** 40, Number.MAX_SAFE_INTEGER])(
  '%d bytes are read again',
  (size) => {
    expect(parseHeader(formatHeader('blobs/sha256/x', size), 'a.tar')).toEqual({
      type: '0',
      name: 'blobs/sha256/x',
      size,
    });
  },
);

test('a header with a flipped bit is refused', () => {
  fc.assert(
    fc.property(fc.nat(BLOCK * 8 - 1), (bit) => {
      const block = formatHeader('blobs/sha256/x', 1234);
      block[bit >> 3] = (block[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      // A high bit in the checksum's own digits does not make another number of them.
      const same = ((): boolean => {
        try {
          return parseHeader(block, 'a.tar')?.size === 1234;
        } catch (error) {
          expect(String(error)).toContain('a.tar is no tar');
          return false;
        }
      })();
      if (same) {
        expect(bit >> 3).toBeGreaterThanOrEqual(148);
        expect(bit >> 3).toBeLessThan(156);
      }
    }),
  );
});
