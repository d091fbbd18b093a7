import { apiGroup } from '../json/api-group.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { isObject } from '../json/tree.ts';
import type { Change } from './differences.ts';
import { objectName, type ObjectName } from './object-name.ts';

const HIDDEN = '(hidden)';

/** The annotation in which kubectl keeps the whole object. */
const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** A Secret's content is for nobody who reads a review. */
export function hiddenChange(change: Change, object: ObjectName): Change {
  const { path, before, after } = change;
  if (!isSecret(object)) return change;
  if (path.length === 0) return { ...change, before: withoutData(before), after: withoutData(after) };
  const isData = path[0] === 'data' || path[0] === 'stringData' || path.at(-1) === APPLIED;
  if (!isData) return change;
  return {
    ...change,
    before: before === undefined ? undefined : HIDDEN,
    after: after === undefined ? undefined : before === undefined ? HIDDEN : '(hidden, another)',
  };
}

/** An object without what it holds, when it is a Secret. */
export function withoutSecret(object: JsonObject): JsonObject {
  const shown = isSecret(objectName(object)) ? withoutData(object) : object;
  return isObject(shown) ? shown : object;
}

function isSecret(object: ObjectName): boolean {
  return object.kind === 'Secret' && apiGroup(object.apiVersion) === '';
}

function withoutData(secret: Json | undefined): Json | undefined {
  if (!isObject(secret)) return secret;
  return Object.fromEntries(
    Object.entries(secret).map(([key, value]) => {
      const isData = (key === 'data' || key === 'stringData') && isObject(value);
      if (key === 'metadata') return [key, withoutApplied(value)];
      return [key, isData ? Object.fromEntries(Object.keys(value).map((name) => [name, HIDDEN])) : value];
    }),
  );
}

function withoutApplied(metadata: Json): Json {
  if (!isObject(metadata)) return metadata;
  const { annotations } = metadata;
  if (!isObject(annotations) || !Object.hasOwn(annotations, APPLIED)) return metadata;
  return { ...metadata, annotations: { ...annotations, [APPLIED]: HIDDEN } };
}
