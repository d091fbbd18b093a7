import { join, resolve } from 'node:path';
import { ChartError } from '../errors.ts';
import { commandOf } from './terminal/command.ts';
import { REGISTRY_FLAGS, registryOptions } from './terminal/registry-flags.ts';
import { readValues } from './terminal/values-files.ts';

/** Where the page goes, in the project. */
const PAGE = 'dist/review/index.html';

const LIMITS = ['undeclared', 'any'] as const;

export const command = commandOf({
  name: 'review',
  summary: 'Shows what the chart changes, and why: against upstream, what runs, or another version of it.',
  flags: {
    against: {
      type: 'string',
      value: 'SIDE',
      description: 'upstream (the default), a file of objects (-: stdin), oci://…:VERSION, git:REV, a chart',
    },
    values: {
      type: 'string',
      value: 'FILE',
      multiple: true,
      short: 'f',
      description: 'values of your site (repeatable)',
    },
    'against-values': {
      type: 'string',
      value: 'FILE',
      multiple: true,
      description: 'values for a chart on the other side (default: those of --values)',
    },
    namespace: {
      type: 'string',
      value: 'NAME',
      short: 'n',
      description: "the release's namespace (default: default)",
    },
    markdown: { type: 'boolean', description: 'print it as the comment of a pull request' },
    html: {
      type: 'boolean',
      description: `write it as a page in which values can be tried: FILE, or ${PAGE} of the project`,
    },
    'fail-on': { type: 'string', value: 'WHAT', description: 'exit 1 on undeclared changes, or on any' },
    lifts: { type: 'boolean', description: 'also list every field that became a value' },
    ...REGISTRY_FLAGS,
  },
  positionals: '[FILE]',
  notes:
    'A FILE of objects is what kubectl get -o yaml prints, or a manifest; what a server writes by itself is left out.\ndocs/review.md explains the result, and --json.',
  async action({ flags, positionals, project, out, env }) {
    const limit = failOn(flags['fail-on']);
    const pageName = pageFile(positionals, flags.html === true);
    const page = flags.html === true ? resolve(pageName ?? join(project, PAGE)) : undefined;
    const [
      { refuseOdd },
      { LARGEST_MANIFEST, readInputText },
      { build },
      { reviewChart },
      { otherSide },
      { preferredHelm },
      { printText },
      { printMarkdown },
      { reviewJson },
      { undeclared },
    ] = await Promise.all([
      import('../io/plain-files.ts'),
      import('../io/files.ts'),
      import('../built.ts'),
      import('../sides/own.ts'),
      import('../sides/against.ts'),
      import('../io/helm-engines.ts'),
      import('../review/print-text.ts'),
      import('../review/print-markdown.ts'),
      import('../review/print-json.ts'),
      import('../review/review.ts'),
    ]);
    if (page !== undefined) await refuseOdd(page);
    const built = await build(project);
    const { lock, model } = built;
    const release = { name: built.project.recipe.chart.name, namespace: flags.namespace ?? 'default' };
    const values = await readValues(flags.values ?? []);
    const others = flags['against-values'];
    const against = await otherSide(flags.against ?? 'upstream', {
      built,
      installation: { release, values: others === undefined ? values : await readValues(others) },
      helm: () => preferredHelm(env),
      registry: registryOptions(flags, env, out),
      input: () => readInputText(process.stdin, LARGEST_MANIFEST),
    });
    const found = reviewChart(built, against, { values, release });
    const lines =
      flags.markdown === true
        ? printMarkdown(found)
        : printText(found, (style, words) => out.paint(style, words));
    for (const line of lines) out.line(line);
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
    if (page !== undefined) {
      const { writePage } = await import('./terminal/page-file.ts');
      const isUpstream = (flags.against ?? 'upstream') === 'upstream';
      const before = isUpstream ? undefined : against;
      await writePage(page, built, { review: found, before, values, release });
      out.line();
      out.line(`Page: ${page}`);
    }
    out.json({
      upstream: lock,
      ...reviewJson(found),
      ...(flags.lifts === true && { lifts: model.lifts }),
      ...(page !== undefined && { page }),
    });
    const fails =
      limit === 'any' ? found.groups.length > 0 : limit === 'undeclared' && undeclared(found).length > 0;
    return fails ? 1 : 0;
  },
});

function failOn(what: string | undefined): (typeof LIMITS)[number] | undefined {
  const limit = LIMITS.find((one) => one === what);
  if (what === undefined || limit !== undefined) return limit;
  throw new ChartError('USAGE', `--fail-on ${what} is not known`, { hint: `Say ${LIMITS.join(' or ')}.` });
}

/** The one argument: where the page goes. Another kind of file is one that somebody wrote, of values for example. */
function pageFile(positionals: readonly string[], isAsked: boolean): string | undefined {
  const [file, another] = positionals;
  if (file !== undefined && isAsked && another === undefined && !/\.html?$/i.test(file))
    throw new ChartError('USAGE', `--html ${file} does not end in .html`, {
      hint: 'It would be replaced by the page: name a file for that. Values are given by --values.',
    });
  if (file === undefined || (isAsked && another === undefined)) return file;
  throw new ChartError('USAGE', `review has no use for ${another ?? file}`, {
    hint: 'Only --html takes the name of one file.',
  });
}
