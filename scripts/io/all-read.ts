import { ChartError } from '../errors.ts';

/**
 * Waits for all of several readings, so that one run tells of every file that is missing.
 *
 * @throws FILE_MISSING with a line for each; otherwise the first error
 */
export async function allRead<const T extends readonly unknown[]>(readings: T): Promise<AllRead<T>> {
  const settled = await Promise.allSettled(readings);
  const errors = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  const missing = errors.filter(isMissing);
  const [first, second] = missing;
  if (first !== undefined && second !== undefined) {
    const lines = missing.map(({ message }) => message).join('\n  ');
    const hints = [...new Set(missing.map(({ hint }) => hint))].join('\n  ');
    throw new ChartError('FILE_MISSING', lines, { hint: hints, cause: first });
  }
  if (errors.length > 0) throw first ?? errors[0];
  // Each is fulfilled.
  return settled.map((one) => ('value' in one ? one.value : undefined)) as AllRead<T>;
}

type AllRead<T extends readonly unknown[]> = { -readonly [K in keyof T]: Awaited<T[K]> };

function isMissing(error: unknown): error is ChartError {
  return error instanceof ChartError && error.code === 'FILE_MISSING';
}
