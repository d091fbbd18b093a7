import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testEngines } from '../helpers/engines.ts';
import { openRegistry } from '../../scripts/oci/registry.ts';
import { packageChart } from '../../scripts/package/artifact.ts';
import { build } from '../../scripts/built.ts';
import { execute } from '../../scripts/publish/execute.ts';
import { chartPublication } from '../../scripts/publish/publication.ts';
import { printComparison } from '../helpers/comparison.ts';
import { ROOT } from '../helpers/project.ts';
import { startGitea } from '../helpers/gitea.ts';
import type { Sample } from '../helpers/watch.ts';

const ROUNDS = 9;

const OURS = 'this toolkit';

/** Publishes a packed chart to a Gitea: this toolkit's client, in this process, and helm push. */
export async function benchPublish(): Promise<void> {
  const [gitea, built, engines] = await Promise.all([startGitea(), build(ROOT), testEngines()]);
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
      [theirName, []],
      [OURS, []],
    ]);
    for (let round = 0; round < ROUNDS; round++) {
      const chart = (built.files.get('Chart.yaml') ?? '').replace(/^version: .*/m, `version: 9.${round}.0`);
      const files = new Map(built.files).set('Chart.yaml', chart);
      const artifact = await packageChart(files, built.lock.created);
      const archive = join(folder, `${artifact.name}-${artifact.version}.tgz`);
      await writeFile(archive, artifact.chart.bytes);
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
      samples.get(OURS)?.push({ seconds: (performance.now() - before) / 1000, memory: 0 });
    }
    printComparison('A chart to Gitea, without building it', samples);
  } finally {
    await Promise.all([gitea.stop(), rm(folder, { recursive: true, force: true })]);
  }
}
