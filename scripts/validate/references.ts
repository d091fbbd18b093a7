import type { ChartFiles } from '../assemble/assemble.ts';
import type { SchemaNode } from '../assemble/schema-node.ts';
import type { Finding } from './finding.ts';

/**
 * Every `.Values.a.b` in a template must be a value that the schema describes: Helm
 * renders an unknown one as nothing.
 */
export function checkReferences(files: ChartFiles, schema: SchemaNode): readonly Finding[] {
  return [...files]
    .filter(([path]) => path.startsWith('templates/'))
    .flatMap(([path, text]) =>
      text.split('\n').flatMap((line, i) =>
        [...line.matchAll(/\.Values\.([A-Za-z0-9_.]+)/g)]
          .map((match) => match[1] ?? '')
          .filter((value) => !isDescribed(value, schema))
          .map((value): Finding => ({
            rule: 'template/unknown-value',
            severity: 'error',
            place: `${path}:${i + 1}`,
            message: `.Values.${value} is not described by values.schema.json`,
            hint: 'Correct the name, or add it to the schema and the recipe.',
          })),
      ),
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
