import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  holdsCredentials,
  mask,
  registerCredentials,
  registerSecret,
} from '../../scripts/secrets/secrets.ts';

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

const percent = (text: string): string => text.replaceAll('%', '%25');
const hex = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
/** Ways to write a character. */
const SPELLINGS: readonly ((sign: string) => string)[] = [
  (sign) => sign,
  hex,
  (sign) => hex(sign).toUpperCase(),
  (sign) => percent(hex(sign)),
  (sign) => percent(percent(hex(sign).toUpperCase())),
  (sign) => `&#${sign.codePointAt(0)};`,
  (sign) => `&#x${sign.codePointAt(0)?.toString(16)};`,
  (sign) => Array.from({ length: sign.length }, (_, i) => unit(sign, i)).join(''),
];
const unit = (sign: string, i: number): string => `\\u${sign.charCodeAt(i).toString(16).padStart(4, '0')}`;

test('a secret is hidden however each of its characters is written', () => {
  // A sign of escapes itself is another matter: what it begins depends on what follows.
  const sign = fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }).filter((one) => !/[%&\\]/.test(one));
  const signs = fc.array(fc.tuple(sign, fc.constantFrom(...SPELLINGS)), { minLength: 4, maxLength: 20 });
  fc.assert(
    fc.property(signs, (list) => {
      registerSecret(list.map(([one]) => one).join(''));
      const written = list.map(([one, spell]) => spell(one)).join('');
      expect(mask(`GET /${written}?`)).toBe('GET /***?');
    }),
  );
});

test('a secret that came escaped is hidden as it is, and as it came', () => {
  registerSecret('s%2565same%2f1');
  for (const written of ['s%2565same%2f1', 's%65same%2F1', 'sesame/1', 'sesame%2F1'])
    expect(mask(`<${written}>`)).toBe('<***>');
});

test('what is no UTF-8 is hidden, too', () => {
  registerSecret('schlüssel');
  expect(mask('schl%fcssel schl%C3%BCssel')).toBe('*** ***');
});

test('what is before an @ is a secret, in a URL or in what is meant as one', () => {
  for (const text of [
    'oci://me:first-one@h/o',
    'me:second@one@h',
    'https://third-one@h',
    'oci:/me:fourth/one@h',
  ])
    registerCredentials(text);
  for (const secret of ['first-one', 'second@one', 'third-one', 'fourth/one', 'second%40one'])
    expect(mask(`it has ${secret}, not`)).toBe('it has ***, not');
  registerCredentials(`ghcr.io/owner/name@sha256:${'0'.repeat(64)}`);
  registerCredentials('/home/somebody@work/chart');
  expect(mask('ghcr.io/owner/name /home/somebody')).toBe('ghcr.io/owner/name /home/somebody');
});

test('text that holds credentials', () => {
  for (const text of ['a:b@h', 'oci://a@h/o', 'oci://a:b%40h/o', 'a:b%2540h'])
    expect(holdsCredentials(text)).toBe(true);
  for (const text of ['h/o', 'oci://h/o:1', `h/o@sha256:${'0'.repeat(64)}`, 'h/o@sha256:12'])
    expect(holdsCredentials(text)).toBe(false);
});

test('any text is masked, and text that holds no secret stays', () => {
  const pieces = fc.constantFrom(
    ...String.raw`\U \B \u12 \uD800 %E4 %C3 %zz &#9999999; &#xD800; &x; & \ % a "`.split(' '),
  );
  fc.assert(
    fc.property(
      fc.array(pieces).map((list) => list.join('')),
      (text) => {
        expect(mask(text)).toBe(text);
      },
    ),
  );
});
