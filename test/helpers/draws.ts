import fc from 'fast-check';

/** Whether this is a run of the long tests, which take some files of the unit tests with more draws. */
export const IS_LONG = process.env['DRAWS'] === 'many';

/** How often a property draws: in the unit tests, and in the long ones. */
export function draws(unit: number, long: number): number {
  return IS_LONG ? long : unit;
}

/** Any; what counts is that it stays. */
const SEED = 20_251_124;

/**
 * Every run draws the same values, so that a change that fails is the change's fault.
 * `SEED=random npm test` looks for what nobody has met yet; `SEED=N`
 * repeats a failure.
 */
function seedOf(wanted: string | undefined): number | undefined {
  if (wanted === 'random') return undefined;
  return wanted === undefined ? SEED : Number(wanted);
}

const seed = seedOf(process.env['SEED']);
fc.configureGlobal(seed === undefined ? {} : { seed });
