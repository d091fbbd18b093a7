import { ChartError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json/json.ts';
import { isObject } from '../../json/tree.ts';
import { showField, valueAt } from '../../recipe/field.ts';
import { entryName } from '../../recipe/entry.ts';
import { include } from '../go-template.ts';
import { isImage, parseImage } from '../image.ts';
import { refTo } from '../schema/definitions.ts';
import type { ChartForm } from './form.ts';

const HOST = String.raw`[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*(:[1-9][0-9]{0,4})?`;
const PART = String.raw`[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`;

/**
 * Of a text that names a registry, or a path in one: a container runtime takes the first part of a
 * name for a registry only if it has a dot or a port, or is localhost. Source: distribution/reference,
 * "Grammar".
 */
function registry(rest: string): JsonObject {
  return {
    type: 'string',
    maxLength: 255,
    allOf: [
      { pattern: `^(${HOST}${rest})?$` },
      { pattern: String.raw`^(([^/\n]*[.:][^/\n]*|localhost)(/[^\n]*)?)?$` },
    ],
  };
}

/** The schema of a value that names a registry in place of an image's own. */
export const REGISTRY_PREFIX = registry(`(/${PART})*`);

const MEMBERS: Readonly<Record<string, { readonly description: string; readonly schema: JsonObject }>> = {
  registry: {
    description: "Registry host, with its port. Empty means the container runtime's default.",
    schema: registry(''),
  },
  repository: {
    description: 'Repository in the registry.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: `^${PART}(/${PART})*$` },
  },
  tag: {
    description: 'Tag; with a digest it only tells people the version.',
    schema: { type: 'string', pattern: '^([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}(@sha256:[0-9a-f]{64})?)?$' },
  },
  digest: {
    description: 'Digest; what is pulled when it is set.',
    schema: { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' },
  },
};

/** Without a digest there is a tag; upstream may have neither. */
const TAG_OR_DIGEST: JsonObject = {
  if: { required: ['digest'], properties: { digest: { minLength: 1 } } },
  else: { required: ['tag'], properties: { tag: { minLength: 1 } } },
};

function isNamed(image: Json): boolean {
  return isObject(image) && (image['tag'] !== '' || image['digest'] !== '');
}

/** `registry/repository:tag@digest`; the named template is written with the pin, in helpers-tpl.ts. */
export const image: ChartForm<'image'> = {
  upstream: (entry, _, field) => {
    const reference = entry.token ?? valueAt(field);
    if (typeof reference === 'string' && isImage(reference)) return { ...parseImage(reference) };
    throw new ChartError(
      'RECIPE_SELECTOR',
      `${entryName(entry)}: ${entry.token === undefined ? showField(field) : 'its token'} is ${JSON.stringify(reference)}, which is no image`,
      { hint: 'Leave it to the manifest: drop the entry, or lift it by `form: value`.' },
    );
  },
  schema: ({ definitions, upstream }) => {
    for (const [name, { schema }] of Object.entries(MEMBERS)) definitions.set(`image.${name}`, schema);
    const properties = Object.entries(MEMBERS).map(([name, { description }]) => [
      name,
      { description, ...refTo(`image.${name}`) },
    ]);
    return {
      type: 'object',
      additionalProperties: false,
      required: ['registry', 'repository'],
      properties: Object.fromEntries(properties) as JsonObject,
      ...(isNamed(upstream) && TAG_OR_DIGEST),
    };
  },
  write: ({ binding, value, names }) => ({
    as: 'inline',
    text: value === '.' ? '{{ . | quote }}' : `{{ ${include(names.of(binding), '.')} | quote }}`,
  }),
  condition: ({ binding, names }) => include(names.of(binding), '.'),
};
