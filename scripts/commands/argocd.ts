import { join } from 'node:path';
import { ChartError } from '../errors.ts';
import { commandOf } from './terminal/command.ts';
import { writeGenerated } from '../io/chart-dir.ts';
import { mergeFiles } from '../json/merge-values.ts';
import { registryOf } from './terminal/registry-of.ts';
import { readValues } from './terminal/values-files.ts';

const OUTPUT = 'dist/argocd';

export const command = commandOf({
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
      description:
        "values of the site (-: standard input) over the recipe's argocd.values, as Helm merges files",
    },
  },
  async action({ flags, project, out, env }) {
    const [{ build }, { packageChart }, { argoFiles }, { nullKeys }] = await Promise.all([
      import('../built.ts'),
      import('../package/artifact.ts'),
      import('../argocd/files.ts'),
      import('../argocd/null-keys.ts'),
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
    const site = flags.values === undefined ? {} : await readValues([flags.values]);
    const values = mergeFiles(recipe.argocd?.values ?? {}, site);
    const nulls = nullKeys(values);
    if (nulls.length > 0) {
      out.warn(
        `${path}/values.yaml has null for ${nulls.join(', ')}: Helm 4.2.3 loses a null in the values of a parent chart, ` +
          'so the default stays. Write an empty list, map or string there, or deploy by application.yaml.',
      );
    }
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
    await writeGenerated(join(project, OUTPUT), files, (word) => out.warn(word));
    for (const file of files.keys()) out.step('written', `${OUTPUT}/${file}`);
    out.json({ output: OUTPUT, files: [...files.keys()], digest: artifact.manifest.descriptor.digest });
  },
});
