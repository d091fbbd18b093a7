import { valueAt } from '../../recipe/field.ts';
import { include, valuePath } from '../go-template.ts';
import type { ChartForm } from './form.ts';

/** The namespace everything lives in; empty means the release's. */
export const namespace: ChartForm<'namespace'> = {
  upstream: (_, __, field) => valueAt(field),
  schema: () => ({ type: 'string', maxLength: 63, pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$' }),
  write: ({ binding, names }) => ({
    as: 'inline',
    text: `{{ ${include(names.of(binding), '.')} | quote }}`,
  }),
  named: ({ path }) => ({
    about: "Namespace of every object; empty means the release's.",
    lines: [`{{- ${valuePath(path)} | default .Release.Namespace -}}`],
  }),
};
