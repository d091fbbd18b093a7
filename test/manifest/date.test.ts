import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isDay, isTime, timeAt } from '../../scripts/manifest/date.ts';

const LATEST = '2242-03-16T12:56:31Z';
const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The calendar as it is taught. */
function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (LENGTHS[month - 1] ?? 0);
}

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
const part = (most: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: most });
const drawn = fc.record({
  year: fc.integer({ min: 1960, max: 2250 }),
  month: part(14),
  day: part(33),
  clock: fc.tuple(part(25), part(61), part(61)),
});

test('a time is one that the calendar and the clock have, from 1970 to what a tar header holds', () => {
  fc.assert(
    fc.property(drawn, ({ year, month, day, clock }) => {
      const date = `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
      const there = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
      expect(isDay(date)).toBe(there);
      const text = `${date}T${clock.map((value) => pad(value)).join(':')}Z`;
      const [hour, minute, second] = clock;
      const onClock = hour < 24 && minute < 60 && second < 60;
      expect(isTime(text)).toBe(there && onClock && text >= '1970' && text <= LATEST);
    }),
  );
});

test('what is written for a number of seconds is a time; beyond the range there is none', () => {
  fc.assert(fc.property(fc.nat(8 ** 11 - 1), (seconds) => isTime(timeAt(seconds) ?? '')));
  expect(timeAt(8 ** 11 - 1)).toBe(LATEST);
  expect([8 ** 11, -1, NaN, Infinity].map(timeAt)).toEqual(Array(4).fill(undefined));
});

test.each([
  '',
  '2026-01-01',
  '2026-01-01T00:00:00',
  '2026-01-01T00:00:00+00:00',
  '2026-01-01T00:00:00.5Z',
  '2026-01-01 00:00:00Z',
  ' 2026-01-01T00:00:00Z',
  '+002026-01-01T00:00:00Z',
  '２026-01-01T00:00:00Z',
])('%j is no time, though a Date takes it or something like it', (text) => {
  expect(isTime(text)).toBe(false);
});
