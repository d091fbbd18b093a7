import { valueAt } from '../../recipe/field.ts';
import { scalar } from '../go-template.ts';
import { fail } from '../field-text.ts';
import { everyField, placed } from '../schema/fields.ts';
import { isOneType } from '../schema/admits.ts';
import { likeEither, narrowed } from '../schema/like.ts';
import type { ChartForm } from './form.ts';

/** A string, number or boolean. */
export const value: ChartForm<'value'> = {
  upstream: (_, __, field) => valueAt(field),
  schema: (asked) => {
    const { upstream, chart, definitions } = asked;
    const schema = everyField(asked, (binding) => [placed(binding)]);
    return isOneType(upstream, chart)
      ? narrowed(schema, chart, definitions)
      : likeEither(schema, [upstream, chart], definitions);
  },
  write: ({ entry, binding, value: expression, sample }) =>
    typeof sample === 'object' && sample !== null
      ? fail(entry, binding.field, 'is not a scalar')
      : { as: 'inline', text: scalar(expression, sample) },
};
