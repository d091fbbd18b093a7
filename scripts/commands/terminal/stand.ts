import { dirname } from 'node:path';
import { ChartError } from '../../errors.ts';

/**
 * Goes to where the person stands. npm runs a script in its package's folder, and `INIT_CWD` says
 * where it was typed: `npm --prefix ../toolkit run build -- --project .` means the person's folder.
 * A program that a script starts inherits the variables; it stands elsewhere, and stays there.
 */
export function stand(env: NodeJS.ProcessEnv): void {
  const { INIT_CWD: typed, npm_package_json: manifest } = env;
  if (typed === undefined || manifest === undefined || dirname(manifest) !== process.cwd()) return;
  try {
    process.chdir(typed);
  } catch (cause) {
    throw new ChartError('FILE_SYSTEM', `Cannot go to ${typed}, where npm was called`, { cause });
  }
}
