import { Ajv } from 'ajv';
import type { JsonObject, Manifest } from '../parse/manifest.ts';
import { parseFieldPath } from '../recipe/fieldpath.ts';
import { targets } from '../recipe/select.ts';
import type { Entry, MergeEntry, Recipe } from '../recipe/types.ts';
import type { SchemaNode } from '../assemble/schema-node.ts';
import { getPath, isObject } from '../templatize/tree.ts';
import { fieldsAt } from './locate.ts';
import type { Finding } from './finding.ts';

/** Helm hands `global` to every subchart whether the chart reads it or not. */
const UNBOUND = new Set(['global']);

const IMAGE_PARTS = ['registry', 'repository', 'tag', 'digest'];

/**
 * Holds recipe and schema against each other: every binding has a schema entry with a
 * description, every schema entry a binding.
 */
export function checkCoverage(recipe: Recipe, schema: SchemaNode): readonly Finding[] {
  const bound = new Set([
    ...recipe.entries.flatMap(boundPaths),
    ...(recipe.presets ? [recipe.presets.path] : []),
  ]);
  return [
    ...recipe.entries.flatMap((entry) => missingInSchema(entry, schema)),
    ...unboundIn(schema, '', bound),
  ];
}

function boundPaths(entry: Entry): readonly string[] {
  return entry.as === 'image' ? IMAGE_PARTS.map((part) => `${entry.path}.${part}`) : [entry.path];
}

function missingInSchema(entry: Entry, schema: SchemaNode): readonly Finding[] {
  const node = entry.path
    .split('.')
    .reduce<SchemaNode | undefined>((at, key) => at?.properties.get(key), schema);
  if (node === undefined) {
    return [
      finding(
        'schema/missing',
        entry.path,
        'the recipe binds it, but values.schema.json does not describe it',
        'Add the property to values.schema.json.',
      ),
    ];
  }
  if (node.description !== '' && node.type !== '') return [];
  return [
    finding(
      'schema/undescribed',
      entry.path,
      'values.schema.json gives it no description or no type',
      'Add both.',
    ),
  ];
}

function unboundIn(node: SchemaNode, path: string, bound: ReadonlySet<string>): readonly Finding[] {
  return [...node.properties].flatMap(([key, child]) => {
    const at = path === '' ? key : `${path}.${key}`;
    if (bound.has(at) || UNBOUND.has(at)) return [];
    if (child.properties.size > 0) return unboundIn(child, at, bound);
    return [
      finding(
        'schema/unbound',
        at,
        'values.schema.json describes it, but nothing in the chart reads it',
        'Bind it in recipe.yaml or drop it.',
      ),
    ];
  });
}

/**
 * A `merge` entry adds a user's keys to a map of upstream's. The same key twice would
 * be invalid YAML, so the schema must refuse the keys that upstream has.
 *
 * @param schema the bundled values.schema.json
 */
export function checkMergeKeys(recipe: Recipe, manifest: Manifest, schema: JsonObject): readonly Finding[] {
  const merges = recipe.entries.filter((entry): entry is MergeEntry => entry.as === 'merge');
  if (merges.length === 0) return [];
  const ajv = new Ajv({ strict: false });
  ajv.addSchema(schema, 'values');
  return merges.flatMap((entry) => {
    const keys = entry.path.split('.').flatMap((key) => ['properties', key]);
    // A value that the schema lacks is a finding of checkCoverage.
    if (getPath(schema, keys.join('.')) === undefined) return [];
    const accepts = ajv.compile({ $ref: `values#/${keys.join('/')}` });
    return upstreamKeys(entry, manifest)
      .filter((key) => accepts({ [key]: 'x' }))
      .map((key) =>
        finding(
          'schema/upstream-key',
          entry.path,
          `upstream has the key ${key} where this value is merged, and the schema accepts it`,
          'Refuse it by propertyNames: {"not": {"enum": […]}}.',
        ),
      );
  });
}

function upstreamKeys(entry: MergeEntry, manifest: Manifest): readonly string[] {
  const keys = entry.targets.flatMap((target) =>
    manifest.resources
      .filter((resource) => targets(target, resource))
      .flatMap((resource) =>
        (target.fieldPaths ?? []).flatMap((path) => fieldsAt(resource.object, parseFieldPath(path))),
      )
      .filter(isObject)
      .flatMap(Object.keys),
  );
  return [...new Set(keys)].toSorted();
}

function finding(rule: string, place: string, message: string, hint: string): Finding {
  return { rule, severity: 'error', place, message, hint };
}
