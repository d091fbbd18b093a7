import { apiGroup } from '../json/api-group.ts';
import type { Resource } from '../manifest/manifest.ts';
import { namesakes } from '../recipe/select.ts';
import type { Select } from '../recipe/entry.ts';
import { camel, decapitalized, withoutStem } from './names.ts';

/**
 * A name for a resource in the recipe: its own and its kind, said once.
 *
 * @param stems what its name may leave off in front
 */
export function holderName({ name, kind }: Resource, stems: readonly string[]): string {
  const words = (stems.includes(name) ? '' : withoutStem(name, stems))
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');
  const known = new Set(kind.split(/(?=[A-Z][a-z])/).map((word) => word.toLowerCase()));
  const own = words.filter((word) => !known.has(word.toLowerCase()));
  const short = own.filter((_, i) => own.slice(0, i + 1).join('').length <= LONGEST);
  return camel([...short, decapitalized(SHORT_KINDS.get(kind) ?? kind)].join('-'));
}

/** Characters of a name that are enough to know it by. */
const LONGEST = 24;

const SHORT_KINDS: ReadonlyMap<string, string> = new Map([
  ['CustomResourceDefinition', 'Crd'],
  ['MutatingWebhookConfiguration', 'Mutating'],
  ['ValidatingWebhookConfiguration', 'Validating'],
]);

/** The shortest select that means one resource and no other: kind and name, where these are not enough more. */
export function selectOf(resource: Resource, all: readonly Resource[]): Select {
  const { kind, name, namespace, apiVersion } = resource;
  const alike = namesakes(resource, all);
  if (alike.length < 2) return { kind, name };
  const byNamespace = alike.filter((other) => other.namespace === namespace);
  if (byNamespace.length < 2 && namespace !== undefined) return { kind, name, namespace };
  return { group: apiGroup(apiVersion), kind, name, ...(namespace !== undefined && { namespace }) };
}
