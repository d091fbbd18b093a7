import { ChartError } from '../errors.ts';
import type { Json } from '../parse/manifest.ts';
import { isObject } from '../templatize/tree.ts';

const DECIMAL_EXPONENTS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY_EXPONENTS: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/**
 * A Kubernetes quantity as the nearest double, so that the order of quantities is the
 * order of their exact values; NaN when it is none. Source: apimachinery, resource.Quantity.
 */
export function quantity(value: Json): number {
  const match = /^([0-9.]+)([eE][-+]?[0-9]+)?([A-Za-z]*)$/.exec(String(value));
  if (match === null) return Number.NaN;
  const [, number = '', exponent = '', suffix = ''] = match;
  if (exponent !== '') return suffix === '' ? Number(number + exponent) : Number.NaN;
  const binary = BINARY_EXPONENTS[suffix];
  if (binary !== undefined) return Number(number) * 2 ** binary;
  // Written as one literal: a product would be rounded twice.
  return Number(`${number}e${DECIMAL_EXPONENTS[suffix] ?? '?'}`);
}

/**
 * Refuses resources with a limit below its request; draft-07 cannot compare quantities.
 *
 * @param at the value's path, for the message
 * @throws VALUES_REFUSED
 */
export function refuseLimitsBelowRequests(resources: Json, at: string): void {
  if (!isObject(resources)) return;
  const { limits, requests } = resources;
  if (!isObject(limits) || !isObject(requests)) return;
  // In the order of names, as Go ranges over a map: both sides name the same limit.
  for (const [name, limit] of Object.entries(limits).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const request = requests[name];
    if (request === undefined || quantity(limit) >= quantity(request)) continue;
    throw new ChartError(
      'VALUES_REFUSED',
      `${at}.limits.${name} (${String(limit)}) is below ${at}.requests.${name} (${String(request)})`,
      { hint: 'Raise the limit or lower the request.' },
    );
  }
}
