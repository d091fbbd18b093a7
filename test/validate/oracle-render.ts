import type { JsonObject } from '../../scripts/parse/manifest.ts';
import { apply, type Release } from '../../scripts/validate/apply.ts';
import { mergeValues } from '../../scripts/validate/merge-values.ts';
import type { ProofInput } from '../../scripts/validate/prove.ts';

/** The objects that a Helm renders whose templates do what the oracle says. */
export function oracleRender(
  { recipe, manifest, model }: Omit<ProofInput, 'files'>,
  values: JsonObject,
  release: Release,
): readonly JsonObject[] {
  return apply(recipe, manifest, mergeValues(model.defaults, values), release);
}

/** Objects as Helm prints them, in the JSON that YAML is too. */
export function printed(objects: readonly JsonObject[]): string {
  return objects.map((object) => JSON.stringify(object)).join('\n---\n');
}
