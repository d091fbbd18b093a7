import type { JsonObject } from '../json/json.ts';
import { isObject } from '../json/tree.ts';

/** Paths of the keys that are null, for example `daemonConfig.logLevel`. */
export function nullKeys(values: JsonObject): readonly string[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === null ? key : isObject(value) ? nullKeys(value).map((inner) => `${key}.${inner}`) : [],
  );
}
