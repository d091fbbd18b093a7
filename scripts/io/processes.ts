import { hostname } from 'node:os';

/** `PID@HOST`: by it a later process knows whose a file was, and whether its maker still runs. */
export function processMark(): string {
  return `${process.pid}@${encodeURIComponent(hostname())}`;
}

/** Whose mark it is: of another machine (or container) nothing is known, so it is nobody's to tidy up. */
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
