import { isMap, isNode, isScalar } from 'yaml';
import { ChartError } from '../errors.ts';
import type { Json } from '../parse/manifest.ts';
import {
  isMapEntry,
  type ChoiceEntry,
  type EachEntry,
  type Entry,
  type SubstituteEntry,
  type WrapEntry,
} from '../recipe/types.ts';
import type { ListCheck } from './appended.ts';
import type { FieldBinding } from './binding.ts';
import { escapeTemplate, span, type Edit } from './edit.ts';
import { helperName, mapSource, scalarExpression, valuePath } from './expression.ts';
import { addToBlock, block, fail, indentText, insert, keyOf, literal, wholeField } from './field-edit.ts';
import { jsonStyle } from './json-style.ts';
import { addToList } from './lift-list.ts';
import type { FoundPlace, Place } from './place.ts';

/**
 * The edit that puts one Go template expression in the place of a field.
 *
 * @param bindings all entries that claim this field: one, or several that add to one map
 * @param checks of the lists that are appended to
 */
export function lift(
  bindings: readonly FieldBinding[],
  chart: string,
  checks: ReadonlyMap<FieldBinding, ListCheck>,
): Edit {
  const [first] = bindings;
  if (first === undefined) throw new ChartError('BUG', 'A field without a binding');
  const { entry, place } = first;
  if (isMapEntry(entry)) return addToMap(bindings, first, chart);
  switch (entry.as) {
    case 'append':
    case 'element':
      return addToList(bindings, first, checks);
    case 'optional':
      return optional(first);
    case 'wrap':
      return wrap(entry, first);
    case 'substitute':
      return substitute(bindings, entry, place);
    case 'each':
      return element(entry, first, chart);
    case 'document':
      throw new ChartError('BUG', `${entry.path} is a document entry and binds no field`);
    default:
      return place.found ? replace(entry, place, chart) : fail(entry, place, 'is not in the manifest');
  }
}

function replace(entry: Entry, place: FoundPlace, chart: string): Edit {
  switch (entry.as) {
    case 'scalar':
      return inline(entry, place, scalarExpression(entry.path, scalarOf(entry, place)));
    case 'namespace':
      return inline(entry, place, `{{ include "${chart}.namespace" . | quote }}`);
    case 'image':
      return inline(entry, place, `{{ include "${chart}.image" ${valuePath(entry.path)} | quote }}`);
    case 'json':
      return json(entry, place, chart);
    case 'resources':
      return block(
        entry,
        place,
        (indent) =>
          `{{- include "${chart}.resources" (dict "at" "${entry.path}" "of" ${valuePath(entry.path)}) | nindent ${indent} }}`,
      );
    case 'yaml':
      return block(entry, place, (indent) => `{{- toYaml ${valuePath(entry.path)} | nindent ${indent} }}`);
    case 'choice':
      return choice(entry, place);
    default:
      throw new ChartError('BUG', `${entry.as} does not replace a field`);
  }
}

/** Fixed content around the value: gone when the value is empty. */
function wrap(entry: WrapEntry, binding: FieldBinding): Edit {
  const { place } = binding;
  const value = scalarExpression('', entry.default ?? '');
  const body = (pad: string): string => {
    const content = literal({ [keyOf(place)]: entry.content }).replaceAll('$value', value);
    return `${pad}{{- with ${valuePath(entry.path)} }}\n${indentText(content, pad)}\n${pad}{{- end }}`;
  };
  return place.found ? wholeField(entry, place, body) : insert(binding, place, body);
}

/** Numbers in the place of tokens inside one string; all entries of the field at once. */
function substitute(bindings: readonly FieldBinding[], entry: Entry, place: Place): Edit {
  if (!place.found) return fail(entry, place, 'is not there');
  const [start, end] = span(place.resource.text, place.value);
  const text = bindings.reduce(
    (at, binding) => (binding.entry.as === 'substitute' ? replaceToken(at, binding.entry, place) : at),
    escapeTemplate(place.resource.text.slice(start, end)),
  );
  return { start, end, text, column: 0 };
}

function replaceToken(text: string, entry: SubstituteEntry, place: Place): string {
  if (!text.includes(entry.token)) return fail(entry, place, `does not hold ${entry.token}`);
  return text.replaceAll(entry.token, scalarExpression(entry.path, entry.default ?? 0));
}

/** A field of an `each` entry's pattern, taken from the element. */
function element(entry: EachEntry, { place, key = '' }: FieldBinding, chart: string): Edit {
  if (!place.found) return fail(entry, place, 'is not in the pattern');
  const text = scalarOf(entry, place);
  if (typeof text !== 'string' || !text.startsWith('{'))
    return inline(entry, place, `{{ $item.${key} | quote }}`);
  const { order, indent } = jsonStyle(text);
  const argument = `"value" $item.${key} "order" (list ${order.map((name) => `"${name}"`).join(' ')}) "indent" "${indent}" "margin" ""`;
  const edit = block(
    entry,
    place,
    (column) => `{{- include "${chart}.json" (dict ${argument}) | nindent ${column} }}`,
  );
  return { ...edit, text: edit.text.replace(':\n', ': |-\n') };
}

function scalarOf(entry: Entry, place: FoundPlace): Json {
  return isScalar(place.value) ? (place.value.value as Json) : fail(entry, place, 'is not a scalar');
}

function inline(entry: Entry, place: FoundPlace, text: string): Edit {
  const { value, resource } = place;
  if (!isScalar(value)) return fail(entry, place, 'is not a scalar');
  const [start, end] = span(resource.text, value);
  return { start, end, text, column: 0 };
}

function json(entry: Entry, place: FoundPlace, chart: string): Edit {
  const text = scalarOf(entry, place);
  const style = typeof text === 'string' && text.endsWith('\n') ? '|' : '|-';
  const edit = block(
    entry,
    place,
    (indent) => `{{- include "${helperName(chart, entry.path)}" . | nindent ${indent} }}`,
  );
  return { ...edit, text: edit.text.replace(':\n', `: ${style}\n`) };
}

function choice(entry: ChoiceEntry, place: FoundPlace): Edit {
  const names = Object.keys(entry.choices);
  return block(entry, place, (indent) => {
    const pad = ' '.repeat(indent);
    const branch = (name: string): string => indentText(literal(entry.choices[name] ?? null), pad);
    const head = names
      .slice(0, -1)
      .map(
        (name, i) =>
          `{{- ${i === 0 ? 'if' : 'else if'} eq ${valuePath(entry.path)} "${name}" }}\n${branch(name)}`,
      );
    return [...head, `{{- else }}\n${branch(names.at(-1) ?? '')}`, '{{- end }}'].join(`\n${pad}`);
  });
}

/** `key:` with the value below or beside it, wrapped in `with`: gone when the value is empty. */
function optional(binding: FieldBinding): Edit {
  const { entry, place } = binding;
  const shape = place.found ? place.value : entry.default;
  const scalar = isNode(shape) ? isScalar(shape) : typeof shape !== 'object';
  const expression = (pad: string, indent: number): string => {
    const sample =
      isNode(shape) && isScalar(shape)
        ? (shape.value as Json)
        : typeof shape === 'object'
          ? null
          : (shape ?? '');
    const field = scalar
      ? `${keyOf(place)}: ${scalarExpression('', sample)}`
      : `${keyOf(place)}:\n${pad}  {{- toYaml . | nindent ${indent + 2} }}`;
    return `${pad}{{- with ${valuePath(entry.path)} }}\n${pad}${field}\n${pad}{{- end }}`;
  };
  return place.found ? wholeField(entry, place, expression) : insert(binding, place, expression);
}

/** Several maps added to one: a single `with`, inside which stands the key where upstream has none. */
function addToMap(bindings: readonly FieldBinding[], first: FieldBinding, chart: string): Edit {
  const { place } = first;
  const upstreamKeys =
    place.found && isMap(place.value) ? place.value.items.map(({ key }) => String(key)) : [];
  const sources = bindings.map(({ entry }) => mapSource(entry, chart, upstreamKeys));
  const [only] = sources;
  if (sources.length === 1 && only !== undefined) return addToBlock(first, only.condition, only.body);
  const list = sources.map(({ argument }) => argument).join(' ');
  return addToBlock(first, `include "${chart}.merge" (list ${list})`, '.');
}
