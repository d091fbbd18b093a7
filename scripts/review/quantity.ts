import type { Json } from '../json/json.ts';

/** Source: apimachinery, pkg/api/resource/suffix.go. */
const SUFFIXES: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
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

/** Whether two quantities are the same amount, as `0.5` and `500m`: a server writes each in a form of its own. */
export function equalQuantity(a: Json | undefined, b: Json | undefined): boolean {
  const [left, right] = [amount(a), amount(b)];
  if (left === undefined || right === undefined) return false;
  // A thousandth has no exact binary form.
  return Math.abs(left - right) <= 1e-12 * Math.max(Math.abs(left), Math.abs(right));
}

/** Whether one quantity is less than another. */
export function lessQuantity(a: Json | undefined, b: Json | undefined): boolean {
  const [left, right] = [amount(a), amount(b)];
  return left !== undefined && right !== undefined && left < right && !equalQuantity(a, b);
}

function amount(value: Json | undefined): number | undefined {
  const [, digits = '', suffix = ''] =
    typeof value === 'string' || typeof value === 'number'
      ? (/^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(String(value)) ?? [])
      : [];
  const factor = SUFFIXES[suffix];
  return digits === '' || factor === undefined ? undefined : Number(digits) * factor;
}
