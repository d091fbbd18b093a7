import type { JsonObject } from '../../json/json.ts';
import { groupBy } from '../../json/group-by.ts';
import { valueAt } from '../../recipe/field.ts';
import { isElementMap, type Binding } from '../../recipe/resolve.ts';
import { identityKeys } from '../../recipe/entry.ts';
import { orEmpty } from './empties.ts';
import { everyField, type Asked } from './fields.ts';
import { narrowed } from './like.ts';

/** The schema of an element that makes an object: its keys by the fields that take them. */
export function elements(asked: Asked): JsonObject {
  const { entry, bindings, definitions } = asked;
  const identity = identityKeys(entry);
  const properties = [...groupBy(bindings, ({ key = '' }) => key)].map(([key, own]) => {
    const schema = keySchema(own, asked);
    return [key, identity.includes(key) ? schema : orEmpty(schema, definitions)] as const;
  });
  return {
    type: 'object',
    additionalProperties: false,
    ...(identity.length > 0 && { required: identity }),
    properties: Object.fromEntries(properties),
  };
}

function keySchema(bindings: readonly Binding[], asked: Asked): JsonObject {
  const [first] = bindings;
  if (first === undefined || !first.field.found) return {};
  const sample = valueAt(first.field);
  if (typeof sample === 'string' && sample.startsWith('{')) return { type: 'object' };
  const schema = everyField({ ...asked, bindings }, undefined, sample);
  return isElementMap(first) ? schema : narrowed(schema, sample, asked.definitions);
}
