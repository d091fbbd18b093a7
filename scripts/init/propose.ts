import { join } from 'node:path';
import { build, generate } from '../built.ts';
import { propose, withEntries, type Proposed } from '../infer/propose.ts';
import { withChart } from '../io/chart-dir.ts';
import { helmEngines } from '../io/helm-engines.ts';
import { readText, writeAtomic } from '../io/files.ts';
import { upstreams } from '../manifest/manifest.ts';
import { parseRecipe, RECIPE_FILE } from '../recipe/load.ts';
import { check, proveChart, refuseFindings } from '../validate.ts';

/** Entries for a project that is there, proved together with its own. */
export interface Proposal extends Proposed {
  /** recipe.yaml as it is, and as it would be. */
  readonly before: string;
  readonly after: string;
  readonly proof: { readonly renders: number; readonly engines: readonly string[] };
}

/**
 * Finds what a project's recipe does not bind, and proves the chart that has it on both Helms. Writes nothing.
 *
 * @param root absolute path of the project, which builds
 * @throws what building and proving throw; RECIPE_INVALID where the recipe's text takes no entries
 */
export async function planProposal(
  root: string,
  words: { readonly select: readonly string[]; readonly skip: readonly string[] },
  env: NodeJS.ProcessEnv,
): Promise<Proposal> {
  const built = await build(root);
  const before = await readText(join(root, RECIPE_FILE));
  const { recipe, ...rest } = built.project;
  const proposed = propose({ recipe, manifest: built.manifest, lock: built.lock }, words);
  const after = withEntries(before, RECIPE_FILE, proposed.drafts);
  const manifest = { ...built.manifest, resources: upstreams(built.manifest.resources) };
  const next = await generate({ ...rest, recipe: parseRecipe(after, RECIPE_FILE) }, manifest, built.lock);
  refuseFindings(check(next));
  const engines = await helmEngines(env);
  const proof = await withChart(next.files, (chart) => proveChart(next, chart, engines));
  refuseFindings(proof.findings);
  return {
    ...proposed,
    before,
    after,
    proof: { renders: proof.renders, engines: engines.map(({ version }) => version) },
  };
}

/** Adds the entries to recipe.yaml. Throws FILE_SYSTEM, DISK_FULL. */
export async function writeProposal(root: string, { after }: Proposal): Promise<void> {
  await writeAtomic(join(root, RECIPE_FILE), after);
}
