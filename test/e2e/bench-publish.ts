import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build as compile } from 'esbuild';
import { AS_NODE_RUNS_IT } from '../../scripts/compile.js';
import { testEngines } from '../../scripts/io/helm-engines.ts';
import { layoutStore } from '../../scripts/oci/layout.ts';
import { openRegistry } from '../../scripts/oci/registry.ts';
import { packageChart } from '../../scripts/package/artifact.ts';
import { build } from '../../scripts/pipeline.ts';
import { execute } from '../../scripts/publish/execute.ts';
import { chartPublication } from '../../scripts/publish/publication.ts';
import { printComparison } from '../helpers/comparison.ts';
import { ROOT } from '../helpers/project.ts';
import { startGitea } from '../helpers/gitea.ts';
import { watch, type Sample } from '../helpers/watch.ts';

const ROUNDS = 9;

const RUNNING = 'this toolkit, Node running';

/** A script that publishes, compiled as the commands are. */
async function compilePublishOnce(): Promise<string> {
  const outfile = join(ROOT, '.cache', 'bench', 'publish-once.js');
  await compile({
    entryPoints: [join(ROOT, 'test', 'e2e', 'publish-once.ts')],
    outfile,
    ...AS_NODE_RUNS_IT,
  });
  return outfile;
}

/**
 * Publishes a packed chart to a Gitea, process beside process: this toolkit's client and helm
 * push; and the client without the start of Node, in this process.
 */
export async function benchPublish(): Promise<void> {
  const [gitea, built, engines, publishOnce] = await Promise.all([
    startGitea(),
    build(ROOT),
    testEngines(),
    compilePublishOnce(),
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const helm = engines.at(-1);
  if (helm === undefined) throw new Error('There is no Helm');
  try {
    const [owner] = gitea.owners;
    const config = join(folder, 'config.json');
    const auth = Buffer.from(`${gitea.user}:${gitea.env['GITEA_TOKEN'] ?? ''}`).toString('base64');
    await writeFile(config, JSON.stringify({ auths: { [gitea.host]: { auth } } }));
    const theirName = `helm ${helm.version} push`;
    const samples = new Map<string, Sample[]>([
      ['this toolkit', []],
      [theirName, []],
      [RUNNING, []],
    ]);
    for (let round = 0; round < ROUNDS; round++) {
      const chart = (built.files.get('Chart.yaml') ?? '').replace(/^version: .*/m, `version: 9.${round}.0`);
      const files = new Map(built.files).set('Chart.yaml', chart);
      const artifact = await packageChart(files, built.lock.created);
      const archive = join(folder, `${artifact.name}-${artifact.version}.tgz`);
      await writeFile(archive, artifact.chart.bytes);
      await execute(chartPublication(artifact, layoutStore(folder)));
      const ours = [folder, artifact.version, `${gitea.host}/${owner}/ours:${artifact.version}`];
      const env = { ...process.env, ...gitea.env };
      samples.get('this toolkit')?.push(await watch(process.execPath, [publishOnce, ...ours], env));
      const start = performance.now();
      const args = [
        'push',
        archive,
        `oci://${gitea.host}/${owner}`,
        '--plain-http',
        '--registry-config',
        config,
      ];
      const { status, stderr } = await helm.exec(args);
      if (status !== 0) throw new Error(`helm push: ${stderr}`);
      samples.get(theirName)?.push({ seconds: (performance.now() - start) / 1000, memory: 0 });
      const before = performance.now();
      const reference = { registry: gitea.host, repository: `${owner}/inside` };
      await execute(chartPublication(artifact, await openRegistry(reference, { env: gitea.env })));
      samples.get(RUNNING)?.push({ seconds: (performance.now() - before) / 1000, memory: 0 });
    }
    printComparison('A chart to Gitea, without building it', samples);
  } finally {
    await Promise.all([gitea.stop(), rm(folder, { recursive: true, force: true })]);
  }
}
