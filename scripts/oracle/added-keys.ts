import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { ChartError } from '../errors.ts';
import type { JsonObject } from '../json/json.ts';
import { parseFieldPath } from '../recipe/fieldpath.ts';
import { targets } from '../recipe/select.ts';
import type { ChartIdentity } from '../recipe/types.ts';
import type { ApplyContext, Release } from './context.ts';
import { isEmpty } from './emptiness.ts';
import type { Use } from './context.ts';
import { mapOf, valueAt, write } from './forms.ts';
import { jsonText } from './json-text.ts';
import { fieldsAt } from './locate.ts';

/** The keys that an entry adds to a map. */
export function addedKeys(use: Use): JsonObject {
  const { entry, context } = use;
  if (isEmpty(valueAt(use))) return {};
  switch (entry.form) {
    case 'labels':
      return chartLabels(context.recipe.chart, context.release);
    case 'checksum':
      return entry.place === 'merge' ? { [entry.annotation]: checksum(entry.of, context) } : {};
    case 'content': {
      const served = entry.unlessServed !== undefined && context.release.served?.includes(entry.unlessServed);
      return served === true ? {} : mapOf(write(use));
    }
    default:
      return mapOf(write(use));
  }
}

function chartLabels(chart: ChartIdentity, release: Release): JsonObject {
  const label = (text: string): string => text.replaceAll('+', '_').slice(0, 63).replace(/-$/, '');
  return {
    'helm.sh/chart': label(`${chart.name}-${chart.version}`),
    'app.kubernetes.io/name': chart.name,
    'app.kubernetes.io/instance': release.name,
    'app.kubernetes.io/version': label(chart.appVersion),
    'app.kubernetes.io/managed-by': 'Helm',
  };
}

/** Of the text in the entry's first field, without its last line break. */
function checksum(path: string, { recipe, manifest, values }: ApplyContext): string {
  const entry = recipe.entries.find((candidate) => candidate.path === path);
  if (entry?.form !== 'json')
    throw new ChartError('RECIPE_INVALID', `A checksum is of ${path}, which is no json entry`);
  const target = entry.targets[0];
  const resource = manifest.resources.find((candidate) => target !== undefined && targets(target, candidate));
  const field = parseFieldPath(target?.fieldPaths?.[0] ?? '');
  const [text] = resource === undefined ? [] : fieldsAt(resource.object, field);
  return bytesToHex(sha256(utf8ToBytes(jsonText(entry, text, values).replace(/\n$/, ''))));
}
