import { rmSync } from 'node:fs';

/** Files that this process is writing under a name that is not theirs yet. */
const unfinished = new Set<string>();

/** A name beside `path` to write to before it is renamed; {@link removeTemporaries} knows it. */
export function temporaryName(path: string): string {
  const name = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`;
  unfinished.add(name);
  return name;
}

/** Says that a temporary name is renamed or removed. */
export function temporaryDone(name: string): void {
  unfinished.delete(name);
}

/** Removes what is half written; for a process that is about to end by a signal. */
export function removeTemporaries(): void {
  for (const name of unfinished) rmSync(name, { force: true });
}
