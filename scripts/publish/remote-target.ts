import { ChartError } from '../errors.ts';
import { helmEngines } from '../io/helm-engines.ts';
import type { Output } from '../io/output.ts';
import { isLoopback } from '../oci/address.ts';
import { findCredentials } from '../oci/credentials.ts';
import { parseRegistryReference } from '../oci/reference.ts';
import type { ContentStore } from '../oci/store.ts';
import type { Artifact } from '../package/artifact.ts';
import type { Built } from '../pipeline.ts';
import { mirrored } from '../templatize/image.ts';
import { helmPull } from '../verify/helm-pull.ts';
import {
  checkImage,
  mirrorPublication,
  pinnedImages,
  refuseIncompleteMirror,
  type OpenRepository,
} from './images.ts';
import type { Job } from './publish.ts';
import { opener, registryOptions, type RegistryFlagValues } from './registry-flags.ts';

/** A registry that a release goes to. */
export interface RemoteTarget {
  /** `HOST/OWNER`. */
  readonly host: string;
  readonly open: OpenRepository;
  /** `HOST/OWNER/name`. */
  chartStore(name: string): Promise<ContentStore>;
  /**
   * With `mirror` the jobs that copy the images; without it the images are looked at where the
   * chart names them.
   *
   * @throws MIRROR_INCOMPLETE
   */
  imageJobs(built: Built, mirror: boolean): Promise<readonly Job[]>;
  /** Pulls the published chart with a real Helm 3 and Helm 4, and gives their versions. */
  pull(artifact: Artifact): Promise<readonly string[]>;
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
  const { registry: host, repository: owner, tag, digest } = parseRegistryReference(registry);
  if (tag !== undefined || digest !== undefined) {
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
    imageJobs: async (built, mirror) => {
      const images = pinnedImages(built.lock);
      const at = built.project.recipe.mirror;
      if (mirror) {
        const publications = await Promise.all(
          images.map((image) => mirrorPublication(image, at ?? `oci://${host}/${owner}`, open)),
        );
        return publications.map((publication): Job => ({ kind: 'image', publication }));
      }
      const checks = await Promise.all(
        images.map((image) =>
          checkImage(image, at === undefined ? image.from : mirrored(image.from, at), open),
        ),
      );
      for (const { store, image, state, reason } of checks)
        out.step('image', `${store}@${image.digest}: ${state}${reason && ` (${reason})`}`);
      if (at !== undefined) refuseIncompleteMirror(checks);
      const missing = checks.find(({ state }) => state === 'missing');
      if (missing !== undefined)
        throw new ChartError(
          'OCI_NOT_FOUND',
          `${missing.store} does not have ${missing.image.digest}, which the chart names`,
        );
      return [];
    },
    pull: async ({ name, version, chart }) => {
      const login = await findCredentials(host, options);
      const caFile = flags['ca-file'];
      const plainHttp =
        flags['plain-http'] === true ||
        (caFile === undefined && isLoopback(new URL(`http://${host}`).hostname));
      const published = {
        registry: host,
        repository: `${owner}/${name}`,
        version,
        digest: chart.descriptor.digest,
        plainHttp,
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
