import { ChartError } from '../../errors.ts';
import { readInputText, readText } from '../../io/files.ts';
import type { JsonObject } from '../../json/json.ts';
import { mergeFiles } from '../../json/merge-values.ts';
import { isObject } from '../../json/tree.ts';

/**
 * Reads values files (`-`: standard input) and merges them, the later over the earlier.
 *
 * @throws USAGE for one that holds no map; FILE_MISSING, PARSE_*
 */
export async function readValues(files: readonly string[]): Promise<JsonObject> {
  const { parseYaml } = await import('../../manifest/yaml.ts');
  let values: JsonObject = {};
  for (const file of files) {
    const isInput = file === '-';
    const name = isInput ? 'standard input' : file;
    const { data } = parseYaml(await (isInput ? readInputText(process.stdin) : readText(file)), name);
    if (!isObject(data))
      throw new ChartError('USAGE', `${name} holds no map of values`, {
        hint: "Write the chart's own values there (as for helm install), without a key for the wrapper.",
      });
    values = mergeFiles(values, data);
  }
  return values;
}
