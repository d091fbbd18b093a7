import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mask, registerSecret } from '../../scripts/io/secrets.ts';

test.each([
  ['itself', 's3cr?t/with+all ü"\\', (secret: string) => secret],
  ['in JSON', 'json "s3cr"t\\', (secret: string) => JSON.stringify({ secret }).slice(11, -2)],
  ['as base64', 'base64 s3cret?>', (secret: string) => Buffer.from(secret).toString('base64')],
  [
    'as base64 for URLs',
    'base64url s3cret?>~',
    (secret: string) => Buffer.from(secret).toString('base64url'),
  ],
  ['as part of a URL', 'uri s3cr&t', encodeURIComponent],
  ['as a URL in lower case', 'lower s3cr&t/', (secret: string) => encodeURIComponent(secret).toLowerCase()],
  ['in JSON as Go writes it', 'go <s3cr&t>', () => String.raw`go \u003cs3cr\u0026t\u003e`],
  ['in HTML', `html <s3cr&t>"'`, () => 'html &lt;s3cr&amp;t&gt;&#34;&#39;'],
  ['in a query', 'query s3cr&t', (secret: string) => String(new URLSearchParams({ secret })).slice(7)],
])('a secret is hidden: %s', (_, secret, written) => {
  expect(mask(`a ${written(secret)} b`)).toBe(`a ${written(secret)} b`);
  registerSecret(secret);
  expect(mask(`a ${written(secret)} b ${written(secret)}`)).toBe('a *** b ***');
});

test('of two secrets the longer goes first, whichever was read first', () => {
  registerSecret('inner-one');
  registerSecret('the inner-one and more');
  expect(mask('the inner-one and more; inner-one')).toBe('***; ***');
});

test('what is too short to be a secret hides no words', () => {
  for (const short of ['', 'a', 'tag']) registerSecret(short);
  expect(mask('a tag')).toBe('a tag');
  registerSecret('tags');
  expect(mask('a tag, tags')).toBe('a tag, ***');
});

test('any secret is hidden in any text, and replacement patterns mean nothing', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4, unit: 'grapheme' }), (secret) => {
      registerSecret(`<${secret}>`);
      expect(mask(`$& <${secret}> $1`)).toBe('$& *** $1');
    }),
    { numRuns: 50 },
  );
});
