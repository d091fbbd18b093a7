import type { Json } from '../json/json.ts';

/** What Go templates hold false: nothing, false, 0 and whatever has no element. */
export function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
