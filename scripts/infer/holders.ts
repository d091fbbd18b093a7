import type { Select } from '../recipe/entry.ts';
import type { Holder } from './draft.ts';

/** The field path from the resource on. */
export function pathOf(holder: Holder, field: string): string {
  const own = [holder.at, field].filter((part) => part !== undefined && part !== '').join('.');
  return holder.of === undefined ? own : pathOf(holder.of, own);
}

export function selectedBy({ select, of }: Holder): Select {
  return of === undefined ? select : selectedBy(of);
}
