import { helmEngines } from '../io/helm-engines.ts';
import { findCredentials } from '../oci/credentials.ts';
import { parseRegistryReference } from '../recipe/reference.ts';
import { anonymousOpener, opener, type Opener } from '../oci/opener.ts';
import { speaksHttp, type RegistryOptions } from '../oci/registry.ts';
import type { ContentStore } from '../oci/store.ts';
import type { Built } from '../built.ts';
import type { Recipe } from '../recipe/types.ts';
import { mirrored } from '../chart/image.ts';
import { helmPull } from '../verify/helm-pull.ts';
import { askForImages, pullsOf, type AnonymousPull, type HeldImage } from '../images/anonymous-pull.ts';
import { checkImages, type ImageCheck } from '../images/check.ts';
import type { Tell } from './events.ts';
import { mirrorPublication } from './mirror.ts';
import { pinnedImages } from '../images/pinned.ts';
import type { Job } from './job.ts';
import { refuseShared } from './repositories.ts';

/** A registry that a release goes to. */
export interface RemoteTarget {
  /** `HOST/OWNER`. */
  readonly host: string;
  readonly open: Opener;
  /**
   * Asks whether it is there, and the mirror of the images, before anything is done for it.
   *
   * @throws REGISTRY_NETWORK and what else a registry answers to that
   */
  reach(recipe?: Pick<Recipe, 'mirror'>): Promise<void>;
  /** `HOST/OWNER/name`. */
  chartStore(name: string): Promise<ContentStore>;
  /** The jobs that copy the images to the mirror. */
  mirrorJobs(built: Built): Promise<readonly Job[]>;
  /**
   * Looks at the images where the chart names them, and tells of each.
   *
   * @throws REGISTRY_REFERENCE when one of them is where the chart goes
   */
  checkImages(built: Built): Promise<readonly ImageCheck[]>;
  /** Asks whether nodes can pull images that are there, see {@link askForImages}. */
  anonymousPulls(images: readonly HeldImage[], recipe?: Recipe): Promise<readonly AnonymousPull[]>;
  /** Pulls a published chart with a real Helm 3 and Helm 4, and gives their versions. */
  pull(chart: PulledChart): Promise<readonly string[]>;
}

/** A chart as Helm is to find it. */
interface PulledChart {
  readonly name: string;
  readonly version: string;
  /** Of the .tgz. */
  readonly digest: string;
}

/** What opening it needs. */
interface TargetInput {
  /** How the registry that the user names is reached. */
  readonly options: RegistryOptions;
  readonly tell: Tell;
}

/**
 * @param registry `oci://HOST/OWNER`
 * @throws REGISTRY_REFERENCE
 */
export function remoteTarget(registry: string, { options, tell }: TargetInput): RemoteTarget {
  const { registry: host, repository: owner } = parseRegistryReference(registry);
  const open = opener(host, options, tell);
  const chartStore = (name: string): Promise<ContentStore> =>
    open({ registry: host, repository: `${owner}/${name}` });
  return {
    host: `${host}/${owner}`,
    open,
    reach: async ({ mirror } = {}) => {
      const places = [registry, ...(mirror === undefined ? [] : [mirror])];
      await Promise.all(places.map((place) => open(parseRegistryReference(place))));
    },
    chartStore,
    mirrorJobs: async ({ lock, project: { recipe } }) => {
      const at = recipe.mirror ?? `oci://${host}/${owner}`;
      if (recipe.mirror === undefined)
        tell({
          event: 'warning',
          text: `the images are copied to ${at}, but the chart names them at upstream's registry; set images.mirror in recipe.yaml to name the copies`,
        });
      const publications = await Promise.all(
        pinnedImages(lock).map((image) => mirrorPublication(image, { mirror: at, open, tell })),
      );
      return publications.map((publication): Job => ({ kind: 'image', publication }));
    },
    checkImages: async ({ lock, project: { recipe } }) => {
      const { mirror, chart } = recipe;
      const images = pinnedImages(lock).map(({ from, digest }) => ({
        digest,
        from,
        at: mirror === undefined ? from : mirrored(from, mirror),
      }));
      refuseShared([
        { what: `the chart ${chart.name}`, repository: `${host}/${owner}/${chart.name}` },
        ...images.map(({ from, at }) => ({
          what: `the image ${from.registry}/${from.repository}`,
          repository: `${at.registry}/${at.repository}`,
        })),
      ]);
      const checks = await checkImages(images, open);
      for (const check of checks) tell({ event: 'image', check });
      return checks;
    },
    anonymousPulls: async (images, recipe) => {
      const asked = await askForImages(images, anonymousOpener(host, options));
      tell({ event: 'nodes', asked, recipe });
      return pullsOf(asked);
    },
    pull: async ({ name, version, digest }) => {
      const login = await findCredentials(host, options);
      const { caFile } = options;
      const published = {
        registry: host,
        repository: `${owner}/${name}`,
        version,
        digest,
        plainHttp: speaksHttp(host, options),
        ...(caFile !== undefined && { caFile }),
        ...(login !== undefined && { login }),
      };
      const engines = await helmEngines(options.env);
      await Promise.all(engines.map((helm) => helmPull(helm, published)));
      const by = engines.map((helm) => helm.version);
      tell({ event: 'pulled', by });
      return by;
    },
  };
}
