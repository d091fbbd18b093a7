import { ChartError } from '../errors.ts';
import type { JsonObject } from '../json/json.ts';
import { parseYaml } from '../manifest/yaml.ts';
import { isObject } from '../json/tree.ts';

const FOLDER = 'templates/ci/';

/**
 * The chart's ci/ folder, whose `*-values.yaml` are fixed points of the proof.
 *
 * @param files the project's, by relative path
 * @throws TEMPLATE_INVALID for one that holds no map of values; what {@link parseYaml} throws
 */
export function ciFiles(files: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...files].flatMap(([path, text]) => {
    if (!path.startsWith(FOLDER)) return [];
    if (isValuesFile(path)) ciValues(path, text);
    return [[path.slice('templates/'.length), text] as const];
  });
}

/** The fixed points of a chart by the names of their files. */
export function fixedValues(
  files: ReadonlyMap<string, string>,
): readonly (readonly [name: string, values: JsonObject])[] {
  return [...files]
    .filter(([path]) => isValuesFile(path))
    .map(([path, text]) => [path, ciValues(path, text)]);
}

function isValuesFile(path: string): boolean {
  return /^(?:templates\/)?ci\/.*-values\.yaml$/.test(path);
}

function ciValues(path: string, text: string): JsonObject {
  const data = parseYaml(text, path).data ?? {};
  if (isObject(data)) return data;
  throw new ChartError('TEMPLATE_INVALID', `${path} holds no map of values`);
}
