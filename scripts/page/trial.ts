import type { ValidationResult } from '@cfworker/json-schema';
import { ChartError } from '../errors.ts';
import type { JsonObject } from '../json/json.ts';
import { mergeValues } from '../json/merge-values.ts';
import { isObject } from '../json/tree.ts';
import { parseYaml } from '../manifest/yaml.ts';
import { problemsOf } from './schema-errors.ts';

/** What a chart does with values. */
export interface Trier {
  readonly defaults: JsonObject;
  readonly validate: (values: JsonObject) => ValidationResult;
  /** Throws VALUES_REFUSED. */
  readonly render: (values: JsonObject) => readonly JsonObject[];
}

/** What is wrong with the text of a values file. */
export interface Fault {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** What came of a text: what is wrong with it, or the objects. */
export interface Trial {
  /** Undefined when the text is no map. */
  readonly values: JsonObject | undefined;
  readonly faults: readonly Fault[];
  readonly objects: readonly JsonObject[] | undefined;
}

const FILE = 'values.yaml';

/** Reads a values file and renders the chart with it as Helm does: read, merged, held against the schema. */
export function trial(text: string, { defaults, validate, render }: Trier): Trial {
  try {
    const { data, placeOf } = parseYaml(text, FILE);
    if (data !== null && !isObject(data))
      return { values: undefined, faults: [{ line: 1, message: 'values are a map' }], objects: undefined };
    const values = data ?? {};
    const problems = problemsOf(validate(mergeValues(defaults, values)).errors);
    const faults = problems.map(({ path, message }) => ({
      line: lineOf(placeOf(path.map((part) => (/^\d+$/.test(part) ? Number(part) : part)))),
      message: `${path.join('.')}${path.length === 0 ? '' : ': '}${message}`,
    }));
    if (faults.length > 0)
      return { values, faults: faults.toSorted((a, b) => a.line - b.line), objects: undefined };
    return rendered(values, render);
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    return {
      values: undefined,
      faults: [{ line: lineOf(error.message), message: error.message }],
      objects: undefined,
    };
  }
}

function rendered(values: JsonObject, render: Trier['render']): Trial {
  try {
    return { values, faults: [], objects: render(values) };
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    const faults = error.message.split('\n').map((message) => ({ line: 1, message }));
    return { values, faults, objects: undefined };
  }
}

/** The line of `values.yaml:3…`. */
function lineOf(place: string): number {
  return Number(/^values\.yaml:(\d+)/.exec(place)?.[1] ?? 1);
}
