import { ChartError } from '../errors.ts';
import { helmEngines } from '../io/helm-engines.ts';
import type { Output } from '../io/output.ts';
import { findCredentials } from '../oci/credentials.ts';
import { parseRegistryReference } from '../oci/reference.ts';
import { speaksHttp } from '../oci/registry.ts';
import type { ContentStore } from '../oci/store.ts';
import type { Built } from '../pipeline.ts';
import { mirrored } from '../templatize/image.ts';
import { helmPull } from '../verify/helm-pull.ts';
import { checkImages, type ImageCheck } from './image-check.ts';
import { mirrorPublication, pinnedImages, type OpenRepository } from './images.ts';
import type { Job } from './publish.ts';
import { refuseShared } from './repositories.ts';
import { opener, registryOptions, type RegistryFlagValues } from './registry-flags.ts';

/** A registry that a release goes to. */
export interface RemoteTarget {
  /** `HOST/OWNER`. */
  readonly host: string;
  readonly open: OpenRepository;
  /** `HOST/OWNER/name`. */
  chartStore(name: string): Promise<ContentStore>;
  /** The jobs that copy the images to the mirror. */
  mirrorJobs(built: Built): Promise<readonly Job[]>;
  /**
   * Looks at the images where the chart names them, and says what it found.
   *
   * @throws REGISTRY_REFERENCE when one of them is where the chart goes
   */
  checkImages(built: Built): Promise<readonly ImageCheck[]>;
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
  readonly flags: RegistryFlagValues;
  readonly env: NodeJS.ProcessEnv;
  readonly out: Output;
}

/**
 * @param registry `oci://HOST/OWNER`
 * @throws REGISTRY_REFERENCE
 */
export function remoteTarget(registry: string, { flags, env, out }: TargetInput): RemoteTarget {
  const { registry: host, repository: owner, ...more } = parseRegistryReference(registry);
  if (more.tag !== undefined || more.digest !== undefined) {
    throw new ChartError(
      'USAGE',
      `--registry ${registry} names a tag or a digest; it names the owner, oci://HOST/OWNER`,
    );
  }
  const options = registryOptions(flags, env, out);
  const open = opener(host, options, out);
  const chartStore = (name: string): Promise<ContentStore> =>
    open({ registry: host, repository: `${owner}/${name}` });
  return {
    host: `${host}/${owner}`,
    open,
    chartStore,
    mirrorJobs: async ({ lock, project: { recipe } }) => {
      const at = recipe.mirror ?? `oci://${host}/${owner}`;
      if (recipe.mirror === undefined)
        out.warn(
          `the images are copied to ${at}, but the chart names them at upstream's registry; set images.mirror in recipe.yaml to name the copies`,
        );
      const publications = await Promise.all(
        pinnedImages(lock).map((image) => mirrorPublication(image, { mirror: at, open, out })),
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
      return checkImages(images, open, out);
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
      const engines = await helmEngines(env);
      await Promise.all(engines.map((helm) => helmPull(helm, published)));
      const names = engines.map((helm) => `Helm ${helm.version}`);
      out.step('pulled', `by ${names.join(' and ')}, the same archive`);
      return engines.map((helm) => helm.version);
    },
  };
}
