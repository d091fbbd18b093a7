/**
 * The last second that the eleven octal digits of a tar header hold (POSIX.1-1988, ustar). The
 * archive of a chart has the lock's time, and Helm opens none whose header cannot be read.
 */
const LATEST = 8 ** 11 - 1;

/** What {@link isTime} takes, for messages. */
export const TIME_FORM = 'YYYY-MM-DDTHH:MM:SSZ, a time that there is, from 1970 to 2242-03-16T12:56:31Z';

/**
 * A time in the one form that this toolkit writes: RFC 3339 in UTC and seconds. Stricter than
 * `Date`, which takes the 30th of February for the 2nd of March, and than RFC 3339, whose leap
 * seconds Go does not read.
 */
export function isTime(text: string): boolean {
  return timeAt(Date.parse(text) / 1000) === text;
}

/** Whether a text is a day of the calendar, YYYY-MM-DD. */
export function isDay(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === text;
}

/**
 * RFC 3339 in UTC; undefined for a time that {@link isTime} would not take.
 *
 * @param seconds since 1970
 */
export function timeAt(seconds: number): string | undefined {
  if (!(seconds >= 0 && seconds < LATEST + 1)) return undefined;
  return new Date(seconds * 1000).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
