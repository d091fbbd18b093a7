/*
 * Copies an image of 1 GiB (8 layers) between two loopback CNCF Distributions by this toolkit, by
 * skopeo and by crane, in turn, several times in one run; then publishes the chart to a Gitea by
 * this toolkit's store and by helm push. Prints medians, ratios and peak memory.
 * Needs what test/e2e/tools/prepare.sh brings: npm run bench:oci
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testEngines } from '../../scripts/io/helm-engines.ts';
import { alignColumns } from '../../scripts/io/output.ts';
import { openRegistry } from '../../scripts/oci/registry.ts';
import { packageChart } from '../../scripts/package/artifact.ts';
import { build } from '../../scripts/pipeline.ts';
import { execute } from '../../scripts/publish/execute.ts';
import { chartPublication } from '../../scripts/publish/publication.ts';
import { pushImage } from '../helpers/images.ts';
import { ROOT } from '../helpers/project.ts';
import { startDistribution, startGitea, type Server } from '../helpers/servers.ts';
import { tool } from '../helpers/tools.ts';
import { watch, type Sample } from '../helpers/watch.ts';

const ROUNDS = 3;
const LAYERS = 8;
const LAYER_SIZE = 128 * 2 ** 20;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function benchCopy(): Promise<void> {
  const [source, target] = await Promise.all([startDistribution(), startDistribution()]);
  try {
    const store = await openRegistry({ registry: source.host, repository: 'up/large' }, { env: {} });
    await pushImage(store, 'v1', { platforms: ['linux/amd64'], layers: LAYERS, layerSize: LAYER_SIZE });
    const from = `${source.host}/up/large:v1`;
    const ways: Readonly<Record<string, (to: string) => Promise<Sample>>> = {
      'this toolkit': (to) =>
        watch(process.execPath, [
          '--max-semi-space-size=1',
          '--import',
          'tsx/esm',
          join(ROOT, 'test/e2e/copy-once.ts'),
          from,
          `${target.host}/${to}:v1`,
        ]),
      // A home of its own: skopeo remembers where blobs are and would mount them, not copy.
      skopeo: async (to) => {
        const home = await mkdtemp(join(tmpdir(), 'skopeo-'));
        const tls = ['--src-tls-verify=false', '--dest-tls-verify=false'];
        const args = ['copy', '--all', ...tls, `docker://${from}`, `docker://${target.host}/${to}:v1`];
        const sample = await watch(tool('skopeo'), args, { ...process.env, HOME: home, XDG_DATA_HOME: home });
        await rm(home, { recursive: true, force: true });
        return sample;
      },
      crane: (to) => watch(tool('crane'), ['copy', '--insecure', from, `${target.host}/${to}:v1`]),
    };
    const samples = new Map<string, Sample[]>(Object.keys(ways).map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, way] of Object.entries(ways)) {
        const repository = `bench/${name.replaceAll(' ', '-')}-${round}`;
        // A mount or a blob that is there already would be no copy: every repository is new, and
        // Distribution keeps blobs apart by repository.
        samples.get(name)?.push(await way(repository));
      }
    }
    const own = median((samples.get('this toolkit') ?? []).map(({ seconds }) => seconds));
    const rows = [...samples].map(([name, list]) => {
      const seconds = median(list.map((sample) => sample.seconds));
      return [
        name,
        `${seconds.toFixed(2)} s`,
        `${(seconds / own).toFixed(2)} x`,
        `${Math.max(...list.map(({ memory }) => memory))} MiB`,
      ];
    });
    console.log(`Copy of ${LAYERS} layers of ${LAYER_SIZE / 2 ** 20} MiB, medians of ${ROUNDS}:`);
    for (const row of alignColumns([['', 'time', 'of ours', 'peak memory'], ...rows]))
      console.log(`  ${row}`);
  } finally {
    await Promise.all([source.stop(), target.stop()]);
  }
}

async function benchPublish(): Promise<void> {
  const gitea: Server = await startGitea();
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const built = await build(ROOT);
    const helm = (await testEngines()).at(-1);
    const token = gitea.env['GITEA_TOKEN'] ?? '';
    const config = join(folder, 'config.json');
    const auth = Buffer.from(`${gitea.owners[0]}:${token}`).toString('base64');
    await writeFile(config, JSON.stringify({ auths: { [gitea.host]: { auth } } }));
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < ROUNDS * 3; round++) {
      const files = new Map(built.files).set(
        'Chart.yaml',
        (built.files.get('Chart.yaml') ?? '').replace(/^version: .*/m, `version: 9.${round}.0`),
      );
      const artifact = await packageChart(files, built.lock.created);
      const archive = join(folder, `${artifact.name}-${artifact.version}.tgz`);
      await writeFile(archive, artifact.chart.bytes);
      const start = performance.now();
      const store = await openRegistry(
        { registry: gitea.host, repository: `${gitea.owners[0]}/ours` },
        { env: gitea.env },
      );
      await execute(chartPublication(artifact, store));
      ours.push(performance.now() - start);
      const before = performance.now();
      const pushed = await helm?.exec([
        'push',
        archive,
        `oci://${gitea.host}/${gitea.owners[0]}`,
        '--plain-http',
        '--registry-config',
        config,
      ]);
      theirs.push(performance.now() - before);
      if (pushed?.status !== 0) throw new Error(`helm push: ${pushed?.stderr ?? ''}`);
    }
    console.log(
      `Chart to Gitea, medians of ${ours.length}: this toolkit ${median(ours).toFixed(0)} ms, helm ${helm?.version ?? ''} push ${median(theirs).toFixed(0)} ms (both without building the chart)`,
    );
  } finally {
    await Promise.all([gitea.stop(), rm(folder, { recursive: true, force: true })]);
  }
}

await benchCopy();
await benchPublish();
