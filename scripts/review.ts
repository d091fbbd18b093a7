import { run } from './io/command.ts';
import { printDepartures } from './publish/show.ts';

await run({
  name: 'review',
  summary: 'Prints how the chart departs from the upstream manifest, and why.',
  flags: {
    lifts: { type: 'boolean', description: 'also list every field that became a value' },
  },
  async action({ flags, project, out }) {
    const { build } = await import('./pipeline.ts');
    const { model, lock } = await build(project);
    printDepartures(model.departures, lock, out);
    if (flags.lifts === true) {
      out.line();
      out.line('Lifted fields:');
      out.table(
        model.lifts.map(({ value, as, resource, field }) => [
          value,
          as,
          `${resource.kind}/${resource.name}`,
          field.join('.'),
        ]),
      );
    }
    out.json({ upstream: lock, departures: model.departures, lifts: model.lifts });
  },
});
