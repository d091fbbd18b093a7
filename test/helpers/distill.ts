import type { Field, FieldTypes, ObjectType, Scalar } from '../../scripts/kubernetes/types.ts';

/** The parts of an OpenAPI 2 document that are read. */
export interface OpenApi {
  readonly info: { readonly version: string };
  readonly definitions: Readonly<Record<string, Definition>>;
}

interface Definition extends Property {
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
  readonly 'x-kubernetes-group-version-kind'?: readonly GroupVersionKind[];
}

interface Property {
  readonly description?: string;
  readonly type?: string;
  readonly format?: string;
  readonly $ref?: string;
  readonly enum?: readonly string[];
  readonly items?: Property;
  readonly additionalProperties?: Property;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'map' | 'set';
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-patch-merge-key'?: string;
}

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Definitions that the document gives no fields, as what a manifest writes for them. */
const OPAQUE: Readonly<Record<string, Scalar>> = {
  'resource.Quantity': 'quantity',
  'intstr.IntOrString': 'int-or-string',
  'v1.Time': 'time',
  'v1.MicroTime': 'time',
  'runtime.RawExtension': 'object',
};

/** Kinds that are asked or told the server once and never stored: no manifest holds them. */
const NOT_STORED =
  /^authentication|^authorization|(?: |\/)(?:Binding|Eviction|Scale|Status|Event|ComponentStatus)$/;

/** What only the server writes, so that no manifest has it; `status` of an object, not of what is inside. */
const SERVERS_OWN = new Set(['managedFields', 'selfLink']);

/**
 * The field types of every kind that a manifest may hold, from the API server's OpenAPI 2
 * document: no alpha versions, no lists, nothing that only the server writes.
 */
export function distill({ info, definitions }: OpenApi): FieldTypes {
  const kinds = Object.entries(definitions).flatMap(([name, definition]) =>
    kindsOf(definition).map((kind) => [kind, name] as const),
  );
  const types = new Map<string, ObjectType>();
  const waiting = kinds.map(([, name]) => name);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const definition = definitions[name];
    if (definition?.properties === undefined || types.has(shortName(name))) continue;
    types.set(shortName(name), objectType(definition, definitions));
    waiting.push(...refsOf(definition));
  }
  return {
    version: info.version,
    kinds: sorted(kinds.map(([kind, name]) => [kind, shortName(name)] as const)),
    types: sorted([...types]),
  };
}

/** As JSON with a line for each kind and each type, so that a difference of two versions can be read. */
export function formatFieldTypes({ version, kinds, types }: FieldTypes): string {
  const lines = (record: Readonly<Record<string, unknown>>): string =>
    Object.entries(record)
      .map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(',\n');
  return `{\n  "version": ${JSON.stringify(version)},\n  "kinds": {\n${lines(kinds)}\n  },\n  "types": {\n${lines(types)}\n  }\n}\n`;
}

function kindsOf(definition: Definition): readonly string[] {
  const { 'x-kubernetes-group-version-kind': all = [], properties = {} } = definition;
  // What is stored has metadata; a kind of several groups (DeleteOptions) is an argument of a request.
  const isStored = 'metadata' in properties && !('items' in properties) && all.length === 1;
  if (!isStored) return [];
  return all
    .filter(({ version }) => !version.includes('alpha'))
    .map(({ group, version, kind }) => `${group === '' ? '' : `${group}/`}${version} ${kind}`)
    .filter((name) => !NOT_STORED.test(name));
}

/** The properties that a manifest may have. */
function written(definition: Definition): readonly (readonly [string, Property])[] {
  const { properties = {}, 'x-kubernetes-group-version-kind': kinds } = definition;
  return Object.entries(properties).filter(
    ([name]) => !SERVERS_OWN.has(name) && !(name === 'status' && kinds !== undefined),
  );
}

function refsOf(definition: Definition): readonly string[] {
  return written(definition).flatMap(([, { $ref, items, additionalProperties }]) =>
    [$ref, items?.$ref, additionalProperties?.$ref, additionalProperties?.items?.$ref].flatMap((ref) =>
      ref === undefined ? [] : [definitionName(ref)],
    ),
  );
}

function objectType(definition: Definition, definitions: Readonly<Record<string, Definition>>): ObjectType {
  const { required = [], 'x-kubernetes-map-type': mapType } = definition;
  const fields = written(definition).map(
    ([name, property]) => [name, fieldOf(property, definitions)] as const,
  );
  const needed = required.filter((name) => fields.some(([field]) => field === name));
  return {
    fields: sorted(fields),
    ...(needed.length > 0 && { required: needed.toSorted() }),
    ...(mapType === 'atomic' && { atomic: true }),
  };
}

function fieldOf(property: Property, definitions: Readonly<Record<string, Definition>>): Field {
  const mergeKey = property['x-kubernetes-patch-merge-key'];
  const keys = property['x-kubernetes-list-map-keys'] ?? (mergeKey === undefined ? undefined : [mergeKey]);
  const text = firstSentence(property.description ?? '');
  return {
    type: typeName(property, definitions),
    ...(keys !== undefined && { keys }),
    ...(property['x-kubernetes-list-type'] === 'set' && { set: true }),
    ...(property.enum !== undefined && { enum: property.enum.toSorted() }),
    ...(text !== '' && { text }),
  };
}

function typeName(property: Property, definitions: Readonly<Record<string, Definition>>): string {
  const { $ref, type, format, items, additionalProperties } = property;
  if ($ref !== undefined) return referred(definitionName($ref), definitions);
  if (type === 'array') return `[]${typeName(items ?? {}, definitions)}`;
  if (additionalProperties !== undefined) return `map[string]${typeName(additionalProperties, definitions)}`;
  if (format === 'byte') return 'bytes';
  return type ?? 'any';
}

function referred(name: string, definitions: Readonly<Record<string, Definition>>): string {
  if (definitions[name]?.properties !== undefined) return shortName(name);
  return OPAQUE[name.split('.').slice(-2).join('.')] ?? 'any';
}

function definitionName(ref: string): string {
  return ref.slice('#/definitions/'.length);
}

/** `io.k8s.api.apps.v1.DaemonSet` → `apps.v1.DaemonSet`. */
function shortName(name: string): string {
  return name.split('.').slice(-3).join('.');
}

/** Without the marks of Go's documentation, and without what only leads to a web page. */
function firstSentence(description: string): string {
  const [paragraph = ''] = description.split(/\n\n|\n(?=[A-Z-])/);
  // `e.g.` and `i.e.` end no sentence, nor `etc.` where it goes on.
  const [sentence = ''] =
    /^.*?(?:(?<!\b(?:e\.g|i\.e)|\betc(?=\.\s[a-z]))\.(?=\s|$)|$)/s.exec(
      paragraph.replaceAll(/\s+/g, ' ').trim(),
    ) ?? [];
  return sentence.startsWith('More info') ? '' : sentence;
}

function sorted<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
