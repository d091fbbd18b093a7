import { execFileSync } from 'node:child_process';
import { COMPILED, ROOT } from './root.ts';

/** Once for a run of the tests: a command that is compiled at every start costs most of its time. */
export function setup(): void {
  execFileSync(process.execPath, ['scripts/pack.js', COMPILED], { cwd: ROOT });
}
