import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChartError } from '../../scripts/errors.ts';
import { jsonObject } from '../../scripts/oci/json.ts';

const read = (text: string | Uint8Array): object =>
  jsonObject(Buffer.from(text), (reason) => new ChartError('OCI_MANIFEST', `it ${reason}`));

test('any object is read as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 10 })), (object) => {
      const text = JSON.stringify(object);
      expect(read(text)).toEqual(JSON.parse(text));
    }),
  );
});

test('a member that is written twice is found, wherever it is', () => {
  const path = fc.array(fc.string(), { maxLength: 5 });
  fc.assert(
    fc.property(path, fc.string(), fc.jsonValue(), fc.jsonValue(), (names, name, one, two) => {
      const key = JSON.stringify(name);
      const inner = `{"a":"\\\\:\\"",${key}:${JSON.stringify(one)},${key}:${JSON.stringify(two)}}`;
      const text = names.reduce((inside, outer) => `{${JSON.stringify(outer)}:[${inside}]}`, inner);
      expect(() => read(text)).toThrow('it is JSON with a member that is there twice');
    }),
  );
});

test.each([
  ['nonsense', 'it is not JSON'],
  ['', 'it is not JSON'],
  ['"text"', 'it is not a JSON object'],
  ['null', 'it is not a JSON object'],
  ['[]', 'it is not a JSON object'],
  [Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), 'it is not JSON'],
  [`{"a":${'['.repeat(64)}${']'.repeat(64)}}`, 'it is JSON of 65 levels, more than 64'],
  [`{"a":${'['.repeat(2_000_000)}${']'.repeat(2_000_000)}}`, 'it is JSON of 2000001 levels, more than 64'],
  [`${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}`, 'it is JSON of 500000 levels, more than 64'],
])('%.20s is refused', (text, message) => {
  expect(() => read(text)).toThrow(message);
});
