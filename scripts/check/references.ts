import type { ChartFiles } from '../chart/assemble.ts';
import type { SchemaNode } from '../chart/schema/node.ts';
import type { Finding } from './finding.ts';

/**
 * Every `.Values.a.b` in a template must be a value that the schema describes: Helm
 * renders an unknown one as nothing.
 */
export function checkReferences(files: ChartFiles, schema: SchemaNode): readonly Finding[] {
  return [...files]
    .filter(([path]) => path.startsWith('templates/'))
    .flatMap(([path, text]) =>
      valuesIn(text)
        .filter(({ value }) => !isDescribed(value, schema))
        .map(({ value, line }): Finding => ({
          rule: 'template/unknown-value',
          severity: 'error',
          place: `${path}:${line}`,
          message: `.Values.${value} is not described by values.schema.json`,
          hint: 'Correct the name, or add it to the schema and the recipe.',
        })),
    );
}

/** An action of a template, with the quoted texts in it, which may hold braces. */
const ACTION = /\{\{(?:"(?:[^"\\\n]|\\.)*"|`[^`]*`|(?!\}\}|\{\{)[^"`])*\}\}/g;
const QUOTED = /"(?:[^"\\\n]|\\.)*"|`[^`]*`/g;

/** The values that actions read, with their lines; what stands in quotes or outside is text. */
function valuesIn(text: string): readonly { readonly value: string; readonly line: number }[] {
  return [...text.matchAll(ACTION)].flatMap(({ 0: action, index }) =>
    [...action.replaceAll(QUOTED, '""').matchAll(/\.Values\.([A-Za-z0-9_.]+)/g)].map((match) => ({
      value: match[1] ?? '',
      line: text.slice(0, index).split('\n').length,
    })),
  );
}

/** A path may go on below a property that the schema leaves free. */
function isDescribed(path: string, schema: SchemaNode): boolean {
  let node = schema;
  for (const key of path.split('.')) {
    const child = node.properties.get(key);
    if (child === undefined) return node !== schema && node.properties.size === 0;
    node = child;
  }
  return true;
}
