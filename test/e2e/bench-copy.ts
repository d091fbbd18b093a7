import { join } from 'node:path';
import { openRegistry } from '../../scripts/oci/registry.ts';
import { pushImage } from '../helpers/images.ts';
import { ROOT } from '../helpers/project.ts';
import { startDistribution } from '../helpers/servers.ts';
import { printComparison } from '../helpers/comparison.ts';
import { tool } from '../helpers/tools.ts';
import { watch, type Sample } from '../helpers/watch.ts';

const ROUNDS = 5;
const LAYERS = 8;
const LAYER_SIZE = 128 * 2 ** 20;

/** A copy from one reference to another, as a process. */
type Way = (from: string, to: string) => Promise<Sample>;

const COPY_ONCE = ['--max-semi-space-size=1', '--import', 'tsx/esm', join(ROOT, 'test/e2e/copy-once.ts')];

const WAYS: Readonly<Record<string, Way>> = {
  'this toolkit': (from, to) => watch(process.execPath, [...COPY_ONCE, from, to]),
  skopeo: (from, to) => {
    const tls = ['--src-tls-verify=false', '--dest-tls-verify=false'];
    return watch(tool('skopeo'), ['copy', '--all', ...tls, `docker://${from}`, `docker://${to}`]);
  },
  crane: (from, to) => watch(tool('crane'), ['copy', '--insecure', from, to]),
};

/** Copies an image between two CNCF Distributions on the loopback by each way in turn, several times. */
export async function benchCopy(): Promise<void> {
  const source = await startDistribution();
  try {
    const store = await openRegistry({ registry: source.host, repository: 'up/large' }, { env: {} });
    await pushImage(store, 'v1', { platforms: ['linux/amd64'], layers: LAYERS, layerSize: LAYER_SIZE });
    const samples = new Map<string, Sample[]>(Object.keys(WAYS).map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round++)
      for (const [name, way] of Object.entries(WAYS))
        samples
          .get(name)
          ?.push(await toFresh((host) => way(`${source.host}/up/large:v1`, `${host}/copy/large:v1`)));
    printComparison(`Copy of ${LAYERS} layers of ${LAYER_SIZE / 2 ** 20} MiB`, samples);
  } finally {
    await source.stop();
  }
}

/** A registry for each copy: skopeo remembers where blobs are (as root in one cache for all) and would mount them. */
async function toFresh(action: (host: string) => Promise<Sample>): Promise<Sample> {
  const target = await startDistribution();
  try {
    return await action(target.host);
  } finally {
    await target.stop();
  }
}
