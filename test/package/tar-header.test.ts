import { packTar } from 'modern-tar';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BLOCK, parseHeader } from '../../scripts/package/tar-header.ts';
import { formatHeader } from '../helpers/tar-header.ts';

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
    expect(parseHeader(formatHeader('blobs/sha256/x', size))).toEqual({
      type: '0',
      name: 'blobs/sha256/x',
      size,
    });
  },
);
