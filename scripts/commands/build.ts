import { join } from 'node:path';
import { ChartError } from '../errors.ts';
import { diffChart, writeGenerated } from '../io/chart-dir.ts';
import { commandOf } from './terminal/command.ts';

export const command = commandOf({
  name: 'build',
  summary: 'Regenerates chart/ from recipe.yaml, the vendored snapshot and values.schema.json.',
  flags: {
    check: { type: 'boolean', description: 'write nothing; fail when chart/ is not what would be written' },
  },
  async action({ flags, project, out }) {
    const [{ build }, { check, checkRelease, refuseFindings }] = await Promise.all([
      import('../built.ts'),
      import('../validate.ts'),
    ]);
    const built = await build(project);
    const findings = check(built);
    refuseFindings(findings);
    const later = checkRelease(built);
    for (const { place, message, hint } of [...findings, ...later].filter(
      ({ severity }) => severity === 'warning',
    ))
      out.warn(`${place}: ${message}\n  ${hint}`);
    const directory = join(project, 'chart');
    const diff = await (flags.check === true
      ? diffChart(directory, built.files)
      : writeGenerated(directory, built.files, (text) => out.warn(text)));
    const changes = [...diff.changed, ...diff.added, ...diff.removed];
    if (flags.check === true && (changes.length > 0 || diff.unlisted)) {
      const stale = changes.length > 0 ? changes : ['chart.sha256'];
      throw new ChartError('CHART_STALE', `chart/ is not what the recipe makes: ${stale.join(', ')}`);
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
    const open = later.filter(({ severity }) => severity === 'error').map(({ message }) => message);
    if (open.length > 0) out.warn(`a release needs more (npm run pin):\n  ${open.join('\n  ')}`);
    out.json({ name, version, files: [...built.files.keys()], changes: diff });
  },
});
