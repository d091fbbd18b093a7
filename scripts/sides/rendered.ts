import type { Helm } from '../io/helm.ts';
import { parseManifest } from '../manifest/parse.ts';
import type { Side } from '../review/review.ts';
import type { Installation } from './own.ts';

/** How a chart is rendered that no recipe is at hand for. */
export interface Renderer {
  readonly installation: Installation;
  readonly helm: () => Promise<Helm>;
}

/**
 * What Helm makes of a chart.
 *
 * @param chart a folder or a .tgz
 * @throws HELM_MISSING, HELM_FAILED in Helm's words, PARSE_*
 */
export async function renderedSide(
  chart: string,
  name: string,
  { installation: { release, values }, helm }: Renderer,
): Promise<Side> {
  const engine = await helm();
  const text = await engine.template(chart, release, values);
  return { name, objects: parseManifest(text, name).resources.map(({ object }) => object) };
}
