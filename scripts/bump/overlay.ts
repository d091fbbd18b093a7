import { SCHEMA_FILE } from '../chart/schema/self-contained.ts';
import type { Json } from '../json/json.ts';
import { isObject, member } from '../json/tree.ts';
import { parseYaml } from '../manifest/yaml.ts';
import { editYaml, type YamlPath } from '../recipe/edit.ts';

/**
 * The text of values.schema.json without what it says of some values; all else stays as it is written.
 *
 * @param paths of the values that go
 * @param left of the values that there are still: a map goes with the last of its values
 */
export function withoutValues(text: string, paths: readonly string[], left: readonly string[]): string {
  const isLeft = (map: string): boolean => left.some((one) => one === map || one.startsWith(`${map}.`));
  const wholes = paths.map((path) => {
    const keys = path.split('.');
    const maps = keys.map((_, i) => keys.slice(0, i + 1).join('.'));
    return maps.find((map) => !isLeft(map)) ?? path;
  });
  return [...new Set(wholes)].reduce((so, path) => {
    const place = path.split('.').flatMap((key) => ['properties', key]);
    const told = outermost(parseYaml(so, SCHEMA_FILE).data, place);
    return told === undefined ? so : editYaml(so, SCHEMA_FILE, [{ path: told, to: undefined }]);
  }, text);
}

/** The place, or that of the outermost map that holds nothing else; undefined where there is none. */
function outermost(schema: Json, place: YamlPath): YamlPath | undefined {
  let found: YamlPath = [];
  let at: Json | undefined = schema;
  for (const [i, key] of place.entries()) {
    if (!isObject(at) || !Object.hasOwn(at, key)) return undefined;
    if (i === 0 || Object.keys(at).length > 1) found = place.slice(0, i + 1);
    at = member(at, String(key));
  }
  return found;
}
