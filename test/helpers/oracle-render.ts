import type { JsonObject } from '../../scripts/json/json.ts';
import { apply } from '../../scripts/oracle/apply.ts';
import type { Release } from '../../scripts/oracle/context.ts';
import type { ProofInput } from '../../scripts/check/prove.ts';

/** The objects that a Helm renders whose templates do what the oracle says. */
export function oracleRender(
  { recipe, manifest, model }: Omit<ProofInput, 'files'>,
  values: JsonObject,
  release: Release,
): readonly JsonObject[] {
  return apply({ recipe, manifest, defaults: model.defaults }, values, release);
}

/** Objects as Helm prints them, in the JSON that YAML is too. */
export function printed(objects: readonly JsonObject[]): string {
  return objects.map((object) => JSON.stringify(object)).join('\n---\n');
}
