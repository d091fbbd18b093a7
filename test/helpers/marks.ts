import { spawnSync } from 'node:child_process';
import { processMark } from '../../scripts/io/processes.ts';

/** The mark of another process of this machine. */
export function markOf(pid: number): string {
  return processMark().replace(/^\d+/, String(pid));
}

/** The mark of a process that has ended. */
export const DEAD = markOf(spawnSync(process.execPath, ['--version']).pid);
