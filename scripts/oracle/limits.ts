import type { Json } from '../json/json.ts';
import { asText, isObject, member } from '../json/tree.ts';

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
  const match = /^([0-9.]+)([eE][-+]?[0-9]+)?([A-Za-z]*)$/.exec(asText(value));
  if (match === null) return Number.NaN;
  const [, number = '', exponent = '', suffix = ''] = match;
  if (exponent !== '') return suffix === '' ? Number(number + exponent) : Number.NaN;
  const binary = member(BINARY_EXPONENTS, suffix);
  if (binary !== undefined) return Number(number) * 2 ** binary;
  // Written as one literal: a product would be rounded twice.
  return Number(`${number}e${member(DECIMAL_EXPONENTS, suffix) ?? '?'}`);
}

/**
 * Why resources with a limit below its request are refused; draft-07 cannot compare quantities.
 *
 * @param at the value's path, for the message
 */
export function limitBelowRequest(resources: Json, at: string): string | undefined {
  if (!isObject(resources)) return undefined;
  const { limits, requests } = resources;
  if (!isObject(limits) || !isObject(requests)) return undefined;
  // In the order of names, as Go ranges over a map: both sides name the same limit.
  for (const [name, limit] of Object.entries(limits).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const request = member(requests, name);
    if (request === undefined || quantity(limit) >= quantity(request)) continue;
    return `${at}.limits.${name} (${asText(limit)}) is below ${at}.requests.${name} (${asText(request)})`;
  }
  return undefined;
}
