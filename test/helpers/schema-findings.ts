import { Ajv } from 'ajv';
import { messageOf } from '../../scripts/errors.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import type { JsonObject } from '../../scripts/json/json.ts';

/** What a validator says of one place. */
export interface SchemaFinding {
  /** The path with dots, '' for the root; see {@link SOMEWHERE}. */
  readonly at: string;
  readonly message: string;
}

/** The place of what Helm 4 has against the name of a property: it says the name only. */
export const SOMEWHERE = '?';

/** A JSON pointer as a path with dots: not every validator tells a dot in a key from one between keys. */
export function dotted(pointer: string): string {
  return pointer.replace(/^\//, '').replaceAll('~1', '/').replaceAll('/', '.');
}

/** All that ajv has against values; [] when it accepts them. */
export function ajvFindings(schema: JsonObject): (values: JsonObject) => readonly SchemaFinding[] {
  const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);
  return (values) => {
    if (validate(values)) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) => ({
      at: dotted(instancePath),
      message: `${message ?? ''} ${JSON.stringify(params)}`,
    }));
  };
}

/** All that Helm has against values; throws when it fails for anything but the schema. */
export async function helmFindings(
  helm: Helm,
  chart: string,
  values: JsonObject,
): Promise<readonly SchemaFinding[]> {
  try {
    await helm.template(chart, { name: 'multus', namespace: 'default' }, values);
    return [];
  } catch (error) {
    const text = messageOf(error);
    const [head = '', body] = text.split(/meet the specifications of the schema\(s\) in the following chart/);
    if (body === undefined) throw new Error(head, { cause: error });
    return body.split('\n').flatMap(lineFinding);
  }
}

/** `- image.tag: text` (Helm 3), `- at '/image/tag': text` (Helm 4); other lines are headings. */
function lineFinding(line: string): readonly SchemaFinding[] {
  const match = /^\s*- (?:at '(?<pointer>[^']*)'|(?<path>\S+)): (?<message>[^\n]*)$/.exec(line);
  if (match === null) return [];
  const { pointer, path = '', message = '' } = match.groups ?? {};
  const at = dotted(pointer ?? path.replace('(root)', ''));
  return [
    {
      at: message.startsWith('invalid propertyName') ? SOMEWHERE : at,
      // Helm 4 groups digits: 3,600.
      message: message.replaceAll(/(?<=\d),(?=\d{3})/g, ''),
    },
  ];
}

/** Does all jobs, two at a time: one for each core of a small machine. */
export async function twoAtATime<T>(jobs: readonly (() => Promise<T>)[]): Promise<readonly T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < jobs.length; i = next++) {
      const job = jobs[i];
      if (job !== undefined) results[i] = await job();
    }
  };
  await Promise.all([worker(), worker()]);
  return results;
}
