import { fieldAt } from '../../kubernetes/field.ts';
import type { Entry } from '../../recipe/entry.ts';
import type { Valued } from './fields.ts';

/**
 * What a value is, in a sentence: Kubernetes' own of the field, where the value is the field, or else
 * what the entry does with it.
 */
export function describe({ entry, bindings }: Valued): string {
  const [first, ...others] = bindings;
  if (first === undefined) return ofObjects(entry);
  const { resource, path } = first.field;
  const isField = entry.place === 'replace' || entry.place === 'drop';
  const isValue = entry.form === 'value' || entry.form === 'yaml';
  const text = isField && isValue ? fieldAt(resource.apiVersion, resource.kind, path)?.text : undefined;
  if (text !== undefined) return text;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const where = `${path.join('.')} of ${resource.kind} ${resource.name}${more}`;
  if (entry.form === 'choice') return `Which content ${where} has.`;
  if (entry.form === 'image') return `Image of ${where}.`;
  return `${isField ? 'For' : 'Added to'} ${where}.`;
}

function ofObjects({ place, targets }: Entry): string {
  const [select = {}] = targets.map((target) => target.select);
  const kind = select.kind ?? 'the objects';
  const what = select.name === undefined ? kind : `${kind} ${select.name}`;
  return place === 'each' ? `One ${what} for each element.` : `Whether ${what} is there.`;
}
