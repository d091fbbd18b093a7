import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * `PID@PLACE`: by it a later process knows whose a file was, and whether its maker still runs.
 * Containers may share a folder and the name of their host; so on Linux the place has a digest of
 * the boot and of the PID namespace too, where alone the number means this process.
 */
export function processMark(): string {
  return `${process.pid}@${(place ??= placeOf())}`;
}

let place: string | undefined;

function placeOf(): string {
  const host = encodeURIComponent(hostname());
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    const seen = createHash('sha256').update(boot + readlinkSync('/proc/self/ns/pid'));
    return `${host}-${seen.digest('hex').slice(0, 12)}`;
  } catch {
    // macOS has neither.
    return host;
  }
}

/** A name that nobody else gives: this process's mark, and a word by chance. */
export function ownName(): string {
  return `${processMark()}.${Math.random().toString(36).slice(2)}`;
}

/** Whose mark it is: of another machine or container nothing is known, so it is nobody's to tidy up. */
export function isOfThisMachine(mark: string): boolean {
  return mark.endsWith(processMark().slice(String(process.pid).length));
}

/** Whether the process of a mark of this machine still runs. */
export function isAlive(mark: string): boolean {
  try {
    process.kill(Number.parseInt(mark, 10), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
