import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../scripts/json/json.ts';
import { quantity, limitBelowRequest } from '../../scripts/oracle/limits.ts';
import { thisProject } from '../helpers/this-project.ts';

/** Suffixes with their exact factor as powers of ten and two. Source: apimachinery, resource.Quantity. */
const SUFFIXES: Readonly<Record<string, { readonly ten?: number; readonly two?: number }>> = {
  n: { ten: -9 },
  u: { ten: -6 },
  m: { ten: -3 },
  '': {},
  k: { ten: 3 },
  M: { ten: 6 },
  G: { ten: 9 },
  T: { ten: 12 },
  P: { ten: 15 },
  E: { ten: 18 },
  Ki: { two: 10 },
  Mi: { two: 20 },
  Gi: { two: 30 },
  Ti: { two: 40 },
  Pi: { two: 50 },
  Ei: { two: 60 },
};

/** A quantity's text and its exact value in units of 10^-12. */
interface Exact {
  readonly text: string;
  readonly value: bigint;
}

/** As many digits as the schema takes: twelve before the point, three behind. */
const written: fc.Arbitrary<Exact> = fc
  .record({
    whole: fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 999_999_999_999 })),
    thousandths: fc.integer({ min: 0, max: 999 }),
    suffix: fc.oneof(fc.constantFrom(...Object.keys(SUFFIXES)), fc.integer({ min: 0, max: 9 })),
  })
  .map(({ whole, thousandths, suffix }) => {
    const { ten = 0, two = 0 } = typeof suffix === 'number' ? { ten: suffix } : (SUFFIXES[suffix] ?? {});
    const fraction = thousandths === 0 ? '' : `.${String(thousandths).padStart(3, '0')}`;
    return {
      text: `${whole}${fraction}${typeof suffix === 'number' ? `e${suffix}` : suffix}`,
      value: (BigInt(whole) * 1000n + BigInt(thousandths)) * 10n ** BigInt(9 + ten) * 2n ** BigInt(two),
    };
  });

/** The double nearest to an exact value: decimal text is read so. */
function nearest({ value }: Exact): number {
  return Number(`${value}e-12`);
}

describe('a quantity', () => {
  test.each([
    ['0', 0],
    ['100m', 0.1],
    ['0.1', 0.1],
    ['.5', 0.5],
    ['1.5Gi', 1_610_612_736],
    ['512Mi', 536_870_912],
    ['1k', 1000],
    ['1Ki', 1024],
    ['1E', 1e18],
    ['1Ei', 2 ** 60],
    ['1e3', 1000],
    ['1e0', 1],
    ['2500u', 0.0025],
    ['1n', 1e-9],
    [2, 2],
    [0.25, 0.25],
    [1e-7, 1e-7],
  ])('%s is %d', (text, value) => {
    expect(quantity(text)).toBe(value);
  });

  test.each([
    '',
    'Mi',
    '1mi',
    '1K',
    '1KB',
    '1 Gi',
    '-1',
    '+1',
    '1e3Mi',
    '1e',
    '1.2.3',
    '.',
    '0x10',
    '1,5',
    '1\n',
    'NaN',
  ])('%j is none', (text) => {
    expect(quantity(text)).toBeNaN();
  });

  test.each([[true], [null], [[]], [{}]])('%j is none', (value: Json) => {
    expect(quantity(value)).toBeNaN();
  });

  test('is the double nearest to its exact value', () => {
    fc.assert(
      fc.property(written, (exact) => quantity(exact.text) === nearest(exact)),
      { numRuns: 2000 },
    );
  });

  test('is in the order of exact values', () => {
    fc.assert(
      fc.property(written, written, (a, b) => {
        const [x, y] = [quantity(a.text), quantity(b.text)];
        return a.value === b.value ? x === y : a.value < b.value ? x <= y : x >= y;
      }),
      { numRuns: 2000 },
    );
  });

  test('is the same in other units', () => {
    const mebibytes = fc.integer({ min: 1, max: 999_999 });
    fc.assert(fc.property(mebibytes, (count) => quantity(`${count}Mi`) === quantity(`${count * 1024}Ki`)));
  });
});

describe('limits and requests', () => {
  const refusal = (resources: Json): string => limitBelowRequest(resources, 'a.resources') ?? '';

  test.each([
    ['a limit above', { requests: { memory: '1Gi' }, limits: { memory: '1025Mi' } }],
    ['the same in another unit', { requests: { cpu: '100m' }, limits: { cpu: 0.1 } }],
    ['no limits', { requests: { cpu: 1 } }],
    ['no requests', { limits: { cpu: 1 } }],
    ['a limit of something else', { requests: { cpu: 5 }, limits: { memory: 1 } }],
    ['nothing', {}],
    ['null', null],
    ['null inside', { requests: null, limits: null }],
  ])('%s is taken', (_, resources) => {
    expect(refusal(resources)).toBe('');
  });

  test.each([
    [
      { cpu: '100m' },
      { cpu: '99m' },
      'a.resources.limits.cpu (99m) is below a.resources.requests.cpu (100m)',
    ],
    [{ cpu: 1 }, { cpu: 0 }, 'a.resources.limits.cpu (0) is below a.resources.requests.cpu (1)'],
    [
      { memory: '1Gi' },
      { memory: '1G' },
      'a.resources.limits.memory (1G) is below a.resources.requests.memory (1Gi)',
    ],
  ])('requests %j with limits %j are refused', (requests, limits, message) => {
    expect(refusal({ requests, limits })).toBe(message);
  });

  test('the first by name is told, whatever the order', () => {
    const requests = { memory: 2, cpu: 2, 'ephemeral-storage': 2 };
    const limits = { memory: 1, 'ephemeral-storage': 1, cpu: 1 };
    expect(refusal({ requests, limits })).toBe(
      'a.resources.limits.cpu (1) is below a.resources.requests.cpu (2)',
    );
  });

  test('a limit is refused exactly when it is below, where doubles can tell', () => {
    fc.assert(
      fc.property(written, written, (limit, request) => {
        fc.pre(nearest(limit) !== nearest(request) || limit.value === request.value);
        const refused = refusal({ limits: { cpu: limit.text }, requests: { cpu: request.text } }) !== '';
        return refused === limit.value < request.value;
      }),
    );
  });

  test("the template's factors are the oracle's", async () => {
    const helpers = (await thisProject()).files.get('templates/_helpers.tpl') ?? '';
    const factors = [...helpers.matchAll(/"([numkMGTPE]|[KMGTPE]i)" ([0-9.e-]+)/g)];
    const told = factors.map(([, suffix = '', factor]) => [suffix, Number(factor)] as const);
    const oracle = Object.keys(SUFFIXES).filter((suffix) => suffix !== '');
    expect(new Map(told)).toEqual(new Map(oracle.map((suffix) => [suffix, quantity(`1${suffix}`)])));
  });
});

test('an object in the place of a quantity is no quantity, whatever its members are called', () => {
  const odds: readonly Json[] = [{ toString: 'x' }, { valueOf: 1, toString: {} }, [{ toString: 1 }], {}];
  for (const odd of odds) {
    expect(quantity(odd)).toBeNaN();
    expect(limitBelowRequest({ limits: { cpu: odd }, requests: { cpu: 1 } }, 'r')).toMatch(/^r\.limits\.cpu/);
  }
});
