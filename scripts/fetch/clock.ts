import { ChartError } from '../errors.ts';

/**
 * The time to write into files, RFC 3339 UTC in seconds: SOURCE_DATE_EPOCH (seconds
 * since 1970, see reproducible-builds.org/specs/source-date-epoch) or the clock.
 *
 * @param now milliseconds since 1970
 * @throws USAGE when SOURCE_DATE_EPOCH is not a number of seconds
 */
export function timestamp(env: NodeJS.ProcessEnv, now: number): string {
  const epoch = env['SOURCE_DATE_EPOCH'];
  if (epoch !== undefined && epoch !== '' && !/^\d{1,11}$/.test(epoch)) {
    throw new ChartError(
      'USAGE',
      `SOURCE_DATE_EPOCH must be seconds since 1970; found ${JSON.stringify(epoch)}`,
      {
        hint: 'Unset it, or set it as `date +%s` prints it.',
      },
    );
  }
  const ms = epoch === undefined || epoch === '' ? now : Number(epoch) * 1000;
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
