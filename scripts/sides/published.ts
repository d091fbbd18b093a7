import { ChartError } from '../errors.ts';
import { chartConfig } from '../bundle/chart-config.ts';
import { layoutStore } from '../oci/layout.ts';
import { opener } from '../oci/opener.ts';
import type { ContentStore } from '../oci/store.ts';
import { fetchWhole } from '../oci/whole.ts';
import { LARGEST_CHART } from '../package/archive.ts';
import { parseRegistryReference } from '../recipe/reference.ts';
import type { RegistryOptions } from '../oci/registry.ts';
import type { Side } from '../review/review.ts';
import { withArchive } from '../verify/load-archive.ts';
import { renderedSide, type Renderer } from './rendered.ts';

/**
 * A chart that was published to a registry, every byte held against its digest.
 *
 * @param name `oci://HOST/OWNER/NAME:VERSION`, or with `@sha256:…`
 * @throws USAGE without a version; OCI_NOT_FOUND, OCI_DIGEST, REGISTRY_*, HELM_FAILED
 */
export async function registrySide(
  name: string,
  registry: RegistryOptions,
  renderer: Renderer,
): Promise<Side> {
  const reference = parseRegistryReference(name);
  const version = reference.digest ?? reference.tag;
  if (version === undefined)
    throw new ChartError('USAGE', `${name} names no version`, {
      hint: 'Write oci://HOST/OWNER/NAME:VERSION.',
    });
  // What is printed is the review alone.
  const open = opener(reference.registry, registry, () => undefined);
  return storedSide(await open(reference), version, renderer);
}

/**
 * A chart out of an image layout.
 *
 * @throws OCI_NOT_FOUND, OCI_DIGEST, OCI_LAYOUT, HELM_FAILED
 */
export function layoutSide(folder: string, version: string, renderer: Renderer): Promise<Side> {
  return storedSide(layoutStore(folder), version, renderer);
}

async function storedSide(store: ContentStore, version: string, renderer: Renderer): Promise<Side> {
  const root = await store.resolve(version);
  if (root === undefined) throw new ChartError('OCI_NOT_FOUND', `${store.name} has no ${version}`);
  const chart = await chartConfig(store, root);
  if (chart === undefined)
    throw new ChartError('OCI_LAYOUT', `${store.name}@${root.digest} is no chart`, {
      hint: 'Name the repository of a chart, not of an image.',
    });
  const bytes = await fetchWhole(store, chart.archive, LARGEST_CHART);
  const name = `${chart.name} ${chart.version} of ${store.name} (${root.digest.slice(0, 19)})`;
  return withArchive(chart, bytes, (archive) => renderedSide(archive, name, renderer));
}
