import { rm } from 'node:fs/promises';
import { openRegistry } from '../../scripts/oci/registry.ts';
import { pushImage } from '../helpers/images.ts';
import { commandLine, pinImage, projectCopy } from '../helpers/project.ts';
import { startDistribution } from '../helpers/servers.ts';
import { printComparison } from '../helpers/comparison.ts';
import { tool } from '../helpers/tools.ts';
import { watch, type Sample } from '../helpers/watch.ts';

const ROUNDS = 5;
const LAYERS = 8;
const LAYER_SIZE = 128 * 2 ** 20;

/** A copy of the image to a registry's host, as a process. */
type Way = (to: string) => Promise<Sample>;

/** @param project whose pinned image `from` is */
function ways(project: string, from: string): Readonly<Record<string, Way>> {
  return {
    'npm run mirror': (to) =>
      watch(
        process.execPath,
        commandLine('mirror', ['--project', project, '--registry', `oci://${to}/copy`]),
      ),
    skopeo: (to) => {
      const tls = ['--src-tls-verify=false', '--dest-tls-verify=false'];
      return watch(tool('skopeo'), [
        'copy',
        '--all',
        ...tls,
        `docker://${from}`,
        `docker://${to}/copy/large:v1`,
      ]);
    },
    crane: (to) => watch(tool('crane'), ['copy', '--insecure', from, `${to}/copy/large:v1`]),
  };
}

/** Copies an image between two CNCF Distributions on the loopback by each way in turn, several times. */
export async function benchCopy(): Promise<void> {
  const [source, project] = await Promise.all([startDistribution(), projectCopy()]);
  try {
    const image = { registry: source.host, repository: 'up/large', tag: 'v1' };
    const store = await openRegistry(image, { env: {} });
    const spec = { platforms: ['linux/amd64'], layers: LAYERS, layerSize: LAYER_SIZE };
    const { digest } = await pushImage(store, image.tag, spec);
    await pinImage(project, { ...image, digest });
    const all = Object.entries(ways(project, `${source.host}/up/large:v1`));
    const samples = new Map<string, Sample[]>(all.map(([name]) => [name, []]));
    for (let round = 0; round < ROUNDS; round++)
      for (const [name, way] of all) samples.get(name)?.push(await toFresh(way));
    printComparison(`Copy of ${LAYERS} layers of ${LAYER_SIZE / 2 ** 20} MiB`, samples);
  } finally {
    await Promise.all([source.stop(), rm(project, { recursive: true, force: true })]);
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
