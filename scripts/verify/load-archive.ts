import { basename, join } from 'node:path';
import { ChartError, messageOf } from '../errors.ts';
import { writeAtomic } from '../io/files.ts';
import type { Helm } from '../io/helm.ts';
import { withTemporaryFolder } from '../io/temporary.ts';
import { parseMetadata } from '../package/metadata.ts';

/** What a chart is called. */
interface ChartName {
  readonly name: string;
  readonly version: string;
}

/** Runs an action with a packed chart as a file, NAME-VERSION.tgz. */
export function withArchive<T>(
  { name, version }: ChartName,
  bytes: Uint8Array,
  action: (file: string) => Promise<T>,
): Promise<T> {
  return withTemporaryFolder('chart-', async (folder) => {
    const file = join(folder, `${name}-${version}.tgz`);
    await writeAtomic(file, bytes);
    return action(file);
  });
}

/**
 * Has a real Helm load a packed chart, as every install begins, and compares what it says of
 * itself. What no Helm can load is of no use to anybody, whatever the cause.
 *
 * @throws HELM_FAILED in Helm's words, PACKAGE_INVALID when it is another chart
 */
export async function loadArchive(helm: Helm, file: string, { name, version }: ChartName): Promise<void> {
  const { status, stdout, stderr } = await helm.exec(['show', 'chart', file]);
  if (status !== 0)
    throw new ChartError(
      'HELM_FAILED',
      `helm ${helm.version} cannot load ${basename(file)}: ${(stderr || stdout).trim()}`,
    );
  const found = described(helm, stdout);
  if (found.name === name && found.version === version) return;
  throw new ChartError(
    'PACKAGE_INVALID',
    `helm ${helm.version} finds ${found.name} ${found.version} in ${basename(file)}, expected ${name} ${version}`,
  );
}

/** A Helm may be a script that says more than Helm does. */
function described({ version }: Helm, stdout: string): ChartName {
  try {
    return parseMetadata(stdout);
  } catch (cause) {
    throw new ChartError('HELM_FAILED', `helm ${version} show chart prints no chart: ${messageOf(cause)}`, {
      cause,
    });
  }
}
