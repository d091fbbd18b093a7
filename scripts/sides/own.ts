import { upstreams } from '../manifest/manifest.ts';
import { Ajv } from 'ajv';
import { ChartError } from '../errors.ts';
import type { JsonObject } from '../json/json.ts';
import { mergeValues } from '../json/merge-values.ts';
import { getPath, isObject } from '../json/tree.ts';
import { apply } from '../oracle/apply.ts';
import type { Release } from '../oracle/context.ts';
import { valuesSchema, type Built } from '../built.ts';
import { explainer } from '../review/causes.ts';
import { compare, type ObjectChange } from '../review/compare.ts';
import { review, type Review, type Side } from '../review/review.ts';

/** The project's chart as somebody installs it. */
export interface Installation {
  readonly values: JsonObject;
  readonly release: Release;
}

/** What upstream's manifest says, without the project's own objects. */
export function upstreamSide({ manifest, lock }: Built): Side {
  const objects = upstreams(manifest.resources).map(({ object }) => object);
  return { name: `upstream ${lock.version}`, objects };
}

/**
 * Holds what the project's chart renders against another side. It is the oracle that renders: it is
 * proved equal to Helm, and needs none.
 *
 * @throws VALUES_REFUSED when the chart does not take the values
 */
export function reviewChart(built: Built, against: Side, { values, release }: Installation): Review {
  const { manifest, model, project } = built;
  const { recipe } = project;
  const objects = renderOwn(built, { values, release });
  const { name, version } = recipe.chart;
  const explain = explainer({ recipe, manifest, model, values, release }, editsOf(against, built));
  return review(against, { name: `${name} ${version}`, objects }, explain);
}

/** What somebody made otherwise than upstream by hand. What Helm installed is as a chart has it. */
function editsOf({ objects, live = false, byHand = false }: Side, built: Built): readonly ObjectChange[] {
  if (!byHand) return [];
  const own = objects.filter((object) => {
    const annotations = getPath(object, 'metadata.annotations');
    return !isObject(annotations) || !Object.hasOwn(annotations, INSTALLED);
  });
  return compare(own, upstreamSide(built).objects, { live }).filter(({ before }) => before !== undefined);
}

/** The annotation that Helm gives to all that it installs. */
const INSTALLED = 'meta.helm.sh/release-name';

/**
 * What the project's chart renders.
 *
 * @throws VALUES_REFUSED when the chart does not take the values
 */
export function renderOwn(built: Built, { values, release }: Installation): readonly JsonObject[] {
  refuseInvalid(built, values);
  const { manifest, model, project } = built;
  return apply({ recipe: project.recipe, manifest, defaults: model.defaults }, values, release);
}

/** As Helm does before it renders: the values merged into the defaults must be as the schema says. */
function refuseInvalid(built: Built, values: JsonObject): void {
  const ajv = new Ajv({ strict: false, logger: false, allErrors: true, meta: false, validateSchema: false });
  const accepts = ajv.compile(valuesSchema(built));
  if (accepts(mergeValues(built.model.defaults, values))) return;
  const lines = (accepts.errors ?? []).map(({ instancePath, message = '', params }) => {
    const path = instancePath.slice(1).replaceAll('/', '.');
    const unknown: unknown = params['additionalProperty'];
    if (typeof unknown === 'string')
      return `${path === '' ? '' : `${path}.`}${unknown} is no value of the chart`;
    return `${path === '' ? 'values' : path} ${message}`;
  });
  throw new ChartError('VALUES_REFUSED', [...new Set(lines)].join('\n'));
}
