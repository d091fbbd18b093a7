import { ChartError } from '../errors.ts';

/** Runs what may be refused; keeps the refusal, so that all are told, and gives what stands in for it. */
export function attempt<T>(drifts: ChartError[], make: () => T, otherwise: T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ChartError) || error.code === 'BUG') throw error;
    drifts.push(error);
    return otherwise;
  }
}

/** Throws one error for all, with the code of the first; nothing when there is none. */
export function refuseAll(drifts: readonly ChartError[]): void {
  const [first, second] = drifts;
  if (first === undefined) return;
  if (second === undefined) throw first;
  const { code, hint } = first;
  throw new ChartError(code, drifts.map(({ message }) => message).join('\n  '), { hint, cause: first });
}
