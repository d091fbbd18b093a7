import fc from 'fast-check';
import type { JsonObject } from '../../scripts/json/json.ts';

/** Lengths of a string in characters. */
interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** Strings that YAML, Go templates and JSON are most likely to take for something else. */
const NASTY = [
  '{{ .Values.x }}',
  '{{',
  '}}',
  '{{/* c */}}',
  'true',
  'no',
  'null',
  '~',
  '0o17',
  '012',
  '1e3',
  '1_000',
  '12:30',
  '2001-01-01',
  '.inf',
  '- a',
  'a: b',
  'a #b',
  '# a',
  '&a',
  '*a',
  '!x',
  '|',
  '>-',
  '%a',
  '@a',
  '`a',
  '"',
  "'",
  '\\',
  '\t',
  'a\nb',
  'a\n',
  '\n',
  ' a',
  'a ',
  '---',
  '...',
  '<a>&b',
  'é',
  '😀',
  '=',
  '\u007f',
  'a\u0085b',
  'a\u2028b',
  '\ufeff',
  '\uffff',
  'y',
] as const;

/** Strings without a pattern. */
export function anyString({ min, max }: Bounds): fc.Arbitrary<string> {
  const fits = NASTY.filter((text) => length(text) >= min && length(text) <= max);
  const free = fc.string({ unit: 'grapheme', minLength: min, maxLength: Math.max(min, Math.min(max, 40)) });
  const drawn = fits.length === 0 ? free : fc.oneof(free, fc.constantFrom(...fits));
  return drawn.filter((text) => length(text) >= min && length(text) <= max);
}

/** A schema names one pattern many times, and fast-check takes milliseconds to read one. */
const drawn = new Map<string, fc.Arbitrary<string>>();

/** Strings of a pattern, the nasty ones that match it among them. */
export function matching(pattern: string, { min, max }: Bounds): fc.Arbitrary<string> {
  const key = `${min} ${max} ${pattern}`;
  const known = drawn.get(key);
  if (known !== undefined) return known;
  const expression = new RegExp(pattern, 'u');
  const accepts = (text: string): boolean =>
    expression.test(text) && length(text) >= min && length(text) <= max;
  // It draws no empty text of a pattern that has other ones.
  const free =
    max === 0
      ? fc.constant('')
      : fc.stringMatching(new RegExp(pattern), { maxLength: max, size: 'small' }).filter(accepts);
  const fits = NASTY.filter(accepts);
  const made =
    fits.length === 0
      ? free
      : fc.oneof({ weight: 3, arbitrary: free }, { weight: 1, arbitrary: fc.constantFrom(...fits) });
  drawn.set(key, made);
  return made;
}

/** JSON Schema counts characters, not UTF-16 units. */
function length(text: string): number {
  return Array.from(text).length;
}

/** Numbers within the bounds; the bounds themselves are drawn often. */
export function numberFor(schema: JsonObject, type: 'integer' | 'number'): fc.Arbitrary<number> | undefined {
  const min = Number(schema['minimum'] ?? schema['exclusiveMinimum'] ?? -1e9);
  const max = Number(schema['maximum'] ?? schema['exclusiveMaximum'] ?? 1e9);
  if (min > max) return undefined;
  const integer = fc.integer({ min: Math.ceil(min), max: Math.floor(max) });
  if (type === 'integer') return integer;
  const fraction = fc.double({ min, max, noNaN: true, noDefaultInfinity: true });
  const decimal = fc
    .tuple(integer, fc.integer({ min: 0, max: 999 }))
    .map(([whole, thousandths]) => Number(`${whole}.${String(thousandths).padStart(3, '0')}`))
    .filter((value) => value >= min && value <= max);
  return fc.oneof(integer, decimal, fraction).map((value) => value + 0);
}
