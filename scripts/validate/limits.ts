import { ChartError } from '../errors.ts';
import type { Json } from '../parse/manifest.ts';
import { isObject } from '../templatize/tree.ts';

const SCALES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A Kubernetes quantity as a number, NaN when it is none. Source: apimachinery, resource.Quantity. */
export function quantity(value: Json): number {
  const match = /^([0-9.]+)(?:(e[0-9]+)|([A-Za-z]*))$/.exec(String(value));
  if (match === null) return Number.NaN;
  const [, number = '', exponent, suffix = ''] = match;
  return exponent === undefined ? Number(number) * (SCALES[suffix] ?? Number.NaN) : Number(number + exponent);
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
  for (const [name, limit] of Object.entries(limits)) {
    const request = requests[name];
    if (request === undefined || quantity(limit) >= quantity(request)) continue;
    throw new ChartError(
      'VALUES_REFUSED',
      `${at}.limits.${name} (${String(limit)}) is below ${at}.requests.${name} (${String(request)})`,
      { hint: 'Raise the limit or lower the request.' },
    );
  }
}
