import { ChartError, messageOf } from '../errors.ts';
import { fetchManifest } from '../oci/copy.ts';
import { childrenOf, LARGEST_MANIFEST } from '../oci/manifest.ts';
import { isIndex } from '../oci/media-types.ts';
import { parseImageReference, type Reference } from '../recipe/reference.ts';
import type { ContentStore, Descriptor } from '../oci/store.ts';
import { fetchWhole } from '../oci/whole.ts';
import { HELM_CHART, HELM_CONFIG } from '../package/media-types.ts';
import { metadataOf, type ChartMetadata } from '../package/metadata.ts';
import { parseYaml } from '../manifest/yaml.ts';
import { isObject } from '../json/tree.ts';

/** What a packed chart says of itself. */
export interface ChartConfig {
  readonly name: string;
  readonly version: string;
  /** The .tgz. */
  readonly archive: Descriptor;
  /** The images that it names by digest, as Artifact Hub's annotation lists them. */
  readonly images: readonly (Reference & { readonly digest: string })[];
}

/**
 * The configuration of a chart, which is its Chart.yaml as JSON; undefined for what is no chart.
 *
 * @throws OCI_LAYOUT when the configuration is no chart's; what the store throws
 */
export async function chartConfig(store: ContentStore, root: Descriptor): Promise<ChartConfig | undefined> {
  if (isIndex(root.mediaType)) return undefined;
  const where = `${store.name}@${root.digest}`;
  const children = childrenOf(await fetchManifest(store, root), root.mediaType, where);
  const config = children.find(({ mediaType }) => mediaType === HELM_CONFIG);
  if (config === undefined) return undefined;
  const [archive, other] = children.filter(({ mediaType }) => mediaType === HELM_CHART);
  if (archive === undefined || other !== undefined)
    throw new ChartError(
      'OCI_LAYOUT',
      `${where} is a chart with ${other === undefined ? 'no' : 'more than one'} archive`,
    );
  const bytes = await fetchWhole(store, config, LARGEST_MANIFEST);
  try {
    const metadata = metadataOf(JSON.parse(new TextDecoder().decode(bytes)));
    return { name: metadata.name, version: metadata.version, archive, images: imagesOf(metadata) };
  } catch (cause) {
    throw new ChartError('OCI_LAYOUT', `${where}: its configuration is no chart's: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** Somebody else's chart may have anything there: what cannot be read is passed over. */
function imagesOf({ annotations }: ChartMetadata): ChartConfig['images'] {
  const text = isObject(annotations) ? annotations['artifacthub.io/images'] : undefined;
  const list: unknown =
    typeof text === 'string' ? attempt(() => parseYaml(text, 'artifacthub.io/images').data) : undefined;
  return (Array.isArray(list) ? list : []).flatMap((item: unknown) => {
    const named = isObject(item) && typeof item['image'] === 'string' ? item['image'] : '';
    const { digest, ...rest } = attempt(() => parseImageReference(named)) ?? {};
    return digest === undefined ? [] : [{ ...(rest as Reference), digest }];
  });
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
