import { join } from 'node:path';
import { ChartError } from './errors.ts';
import { diffChart, writeChart } from './io/chart-dir.ts';
import { run } from './io/command.ts';

await run({
  name: 'build',
  summary: 'Regenerates chart/ from recipe.yaml, the vendored snapshot and values.schema.json.',
  flags: {
    check: { type: 'boolean', description: 'write nothing; fail when chart/ is not what would be written' },
  },
  async action({ flags, project, out }) {
    const { build, check, refuseFindings } = await import('./pipeline.ts');
    const built = await build(project);
    refuseFindings(check(built));
    const directory = join(project, 'chart');
    const diff = await (flags.check === true ? diffChart : writeChart)(directory, built.files);
    const changes = [...diff.changed, ...diff.added, ...diff.removed];
    if (flags.check === true && changes.length > 0) {
      throw new ChartError('CHART_STALE', `chart/ is not what the recipe makes: ${changes.join(', ')}`);
    }
    const { name, version } = built.project.recipe.chart;
    out.step(
      'templatized',
      `${built.manifest.resources.length} resources, ${built.model.lifts.length} fields lifted`,
    );
    out.step(
      flags.check === true ? 'checked' : 'written',
      `chart/ (${name} ${version}, ${built.files.size} files, ${changes.length} changed)`,
    );
    out.json({ name, version, files: [...built.files.keys()], changes: diff });
  },
});
