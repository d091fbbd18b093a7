import { ChartError } from '../errors.ts';
import { nearest } from '../recipe/nearest.ts';
import type { Binding } from '../recipe/resolve.ts';
import type { Form } from '../recipe/entry.ts';
import { FORM_NAMES, namedBody } from './forms/forms.ts';
import type { NamedBody, Names } from './forms/form.ts';
import { anyPath, helperName, include } from './go-template.ts';

/** A named template of _helpers.tpl that an entry needs. */
export interface NamedTemplate extends NamedBody {
  readonly form: Form;
  readonly name: string;
}

/**
 * The named templates of all bindings. Fields of one entry share theirs, unless it must differ, as
 * JSON does whose indent is another: then they are numbered. So are those of two entries whose
 * names would be one.
 */
export function namedTemplates(
  bindings: readonly Binding[],
  chart: string,
): { readonly names: Names; readonly templates: readonly NamedTemplate[] } {
  const byBinding = new Map<Binding, string>();
  const byBody = new Map<string, NamedTemplate>();
  const taken = new Set<string>();
  const names: Names = {
    chart,
    of: (binding) => byBinding.get(binding) ?? fallback(binding),
    text: (path) => {
      const binding = bindings.find(({ entry }) => entry.path === path);
      if (binding?.entry.form === 'json') return names.of(binding);
      throw new ChartError('RECIPE_INVALID', `A checksum is of ${path}, which is no json entry`);
    },
    value: (path) => {
      const binding = bindings.find(({ entry }) => entry.path === path);
      if (binding?.entry.form === 'image') return `(${include(names.of(binding), '.')})`;
      if (binding !== undefined) return anyPath(path);
      const guess =
        nearest(
          path,
          bindings.map(({ entry }) => entry.path),
        ) ?? '';
      throw new ChartError(
        'RECIPE_INVALID',
        `A checksum is of ${path}, which feeds no field; the nearest is ${guess}`,
      );
    },
  };
  const fallback = ({ entry }: Binding): string => helperName(chart, entry.path);
  // A checksum needs the name of the text.
  const inOrder = [...bindings].toSorted(
    (a, b) => Number(a.entry.form === 'checksum') - Number(b.entry.form === 'checksum'),
  );
  for (const binding of inOrder) {
    const { form, path } = binding.entry;
    const body = namedBody(binding, names);
    if (body === undefined) continue;
    const key = JSON.stringify([path, body.lines]);
    const known = byBody.get(key);
    const name = known?.name ?? free(form === 'namespace' ? `${chart}.namespace` : fallback(binding), taken);
    if (known === undefined) byBody.set(key, { ...body, form, name });
    byBinding.set(binding, name);
  }
  const templates = FORM_NAMES.flatMap((form) => [...byBody.values()].filter((one) => one.form === form));
  return { names, templates };
}

/** The name, or the first free number behind it. */
export function free(name: string, taken: Set<string>): string {
  let unique = name;
  for (let number = 2; taken.has(unique); number += 1) unique = `${name}${number}`;
  taken.add(unique);
  return unique;
}
