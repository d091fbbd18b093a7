import Handlebars from 'handlebars';
import { ChartError, messageOf } from '../errors.ts';

/** Stand in for Go's delimiters while Handlebars runs; private-use characters, in no sane text. */
const OPEN = '\uE000';
const CLOSE = '\uE001';

/** Handlebars takes ten kilobytes for each `{{x}}` (measured). */
const LONGEST_SOURCE = 128 * 1024;

const HELPERS = {
  json: (value: unknown): string => JSON.stringify(value),
  /** Text for a cell of a Markdown table. */
  cell: (text: unknown): string => String(text).replaceAll('|', '\\|').replaceAll('\n', ' '),
} as const;

/**
 * Renders a Handlebars source. Both Handlebars and Go templates write `{{ }}`, so in
 * a source the Go ones are written `[[ ]]`: `{{x}}` is filled now, `[[ .Values.x ]]`
 * by Helm.
 *
 * @throws TEMPLATE_INVALID, PARSE_LIMIT, with the file
 */
export function renderHandlebars(
  source: string,
  file: string,
  data: Readonly<Record<string, unknown>>,
): string {
  if (source.length > LONGEST_SOURCE) {
    throw new ChartError(
      'PARSE_LIMIT',
      `${file} has ${source.length} characters; the limit is ${LONGEST_SOURCE}`,
      { hint: 'Make several of it.' },
    );
  }
  const engine = Handlebars.create();
  engine.registerHelper(HELPERS);
  try {
    const template = engine.compile(source.replaceAll('[[', OPEN).replaceAll(']]', CLOSE), {
      noEscape: true,
      strict: true,
      knownHelpersOnly: true,
      knownHelpers: { json: true, cell: true },
    });
    return template(data).replaceAll(OPEN, '{{').replaceAll(CLOSE, '}}');
  } catch (cause) {
    throw new ChartError('TEMPLATE_INVALID', `${file}: ${messageOf(cause)}`, { cause });
  }
}
