import { valueAt } from '../../recipe/field.ts';
import { scalar } from '../go-template.ts';
import { fail } from '../field-text.ts';
import { everyField, placed } from '../schema/fields.ts';
import { narrowed } from '../schema/like.ts';
import type { ChartForm } from './form.ts';

/** A string, number or boolean. */
export const value: ChartForm<'value'> = {
  upstream: (_, __, field) => valueAt(field),
  schema: (asked) =>
    narrowed(
      everyField(asked, (binding) => [placed(binding)]),
      asked.chart,
      asked.definitions,
    ),
  write: ({ entry, binding, value: expression, sample }) =>
    typeof sample === 'object' && sample !== null
      ? fail(entry, binding.field, 'is not a scalar')
      : { as: 'inline', text: scalar(expression, sample) },
};
