import { join } from 'node:path';
import { ChartError } from './errors.ts';
import { run } from './io/command.ts';
import { readText } from './io/files.ts';
import { writeChart } from './io/chart-dir.ts';
import type { JsonObject } from './parse/manifest.ts';
import { registryOf } from './publish/registry-of.ts';
import { isObject } from './templatize/tree.ts';

const OUTPUT = 'dist/argocd';

await run({
  name: 'argocd',
  summary: `Writes what Argo CD needs to deploy the published chart to ${OUTPUT}.`,
  flags: {
    registry: {
      type: 'string',
      value: 'oci://HOST/OWNER',
      description: 'where the chart is published (default: $REGISTRY, recipe.yaml publish.registry)',
    },
    oci: { type: 'boolean', description: 'the native OCI source of Argo CD 3.1 and later, by digest' },
    values: {
      type: 'string',
      value: 'FILE',
      description: "values of the site, merged over the recipe's argocd.values as Helm merges several files",
    },
  },
  async action({ flags, project, out, env }) {
    const [{ build }, { packageChart }, { argoFiles }, { siteValues }] = await Promise.all([
      import('./pipeline.ts'),
      import('./package/artifact.ts'),
      import('./argocd/files.ts'),
      import('./argocd/site-values.ts'),
    ]);
    const built = await build(project);
    const { recipe } = built.project;
    const registry = registryOf({ flag: flags.registry, env }, recipe);
    if (registry === undefined) {
      throw new ChartError('USAGE', 'npm run argocd: no registry is named', {
        hint: 'Say --registry oci://HOST/OWNER, or set REGISTRY or publish.registry in recipe.yaml.',
      });
    }
    const artifact = await packageChart(built.files, built.lock.created);
    const {
      application = artifact.name,
      namespace = 'default',
      path = `apps/${artifact.name}`,
      project: argoProject = 'default',
      argocdNamespace = 'argocd',
    } = recipe.argocd ?? {};
    const site = flags.values === undefined ? {} : await readValues(flags.values);
    const values = siteValues(recipe.argocd?.values ?? {}, site);
    const files = argoFiles({
      deployment: {
        application,
        argocdNamespace,
        project: argoProject,
        namespace,
        chart: artifact.name,
        version: artifact.version,
        digest: artifact.manifest.descriptor.digest,
        repository: registry.replace(/^oci:\/\//, '').replace(/\/+$/, ''),
        values,
      },
      oci: flags.oci === true,
      wrapper: path,
      departures: built.model.departures,
      created: built.lock.created,
    });
    await writeChart(join(project, OUTPUT), files);
    for (const file of files.keys()) out.step('written', `${OUTPUT}/${file}`);
    out.json({ output: OUTPUT, files: [...files.keys()], digest: artifact.manifest.descriptor.digest });
  },
});

async function readValues(file: string): Promise<JsonObject> {
  const { parse } = await import('yaml');
  const data: unknown = parse(await readText(file));
  if (isObject(data)) return data;
  throw new ChartError('USAGE', `${file} holds no map of values`, {
    hint: "Write the chart's own values there (as for helm install), without a key for the wrapper.",
  });
}
