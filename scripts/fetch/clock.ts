import { ChartError } from '../errors.ts';
import { timeAt } from '../manifest/date.ts';

/**
 * The time to write into files, RFC 3339 UTC in seconds: SOURCE_DATE_EPOCH (seconds
 * since 1970, see reproducible-builds.org/specs/source-date-epoch) or the clock.
 *
 * @param now milliseconds since 1970
 * @throws USAGE when SOURCE_DATE_EPOCH is not a number of seconds, or either is beyond what an
 * archive can hold
 */
export function timestamp(env: NodeJS.ProcessEnv, now: number): string {
  const epoch = env['SOURCE_DATE_EPOCH'] || undefined;
  const seconds = epoch === undefined ? now / 1000 : /^\d{1,11}$/.test(epoch) ? Number(epoch) : NaN;
  const time = timeAt(seconds);
  if (time !== undefined) return time;
  throw epoch === undefined
    ? new ChartError('USAGE', `The clock of this machine is at ${now} ms since 1970; expected 1970 to 2242`, {
        hint: 'Set the clock, or SOURCE_DATE_EPOCH to the time that shall be written.',
      })
    : new ChartError(
        'USAGE',
        `SOURCE_DATE_EPOCH must be seconds since 1970, up to 2242; found ${JSON.stringify(epoch)}`,
        { hint: 'Unset it, or set it as `date +%s` prints it.' },
      );
}
