import type { Json } from '../json/json.ts';
import { isObject } from '../json/tree.ts';
import { lostText } from '../chart/defaults.ts';
import type { Resource } from '../manifest/manifest.ts';
import { prettyJson, styleOf } from '../oracle/json-text.ts';
import { imagesIn } from '../recipe/image-token.ts';
import { escapeKey } from '../recipe/fieldpath.ts';
import { together, type Draft, type Left, type Proposal } from './draft.ts';
import { holdsNull, LOST } from './field-draft.ts';
import { isReference } from './images.ts';
import { camel, distinct, withoutLast, withoutStem } from './names.ts';
import { selectOf } from './select-of.ts';
import type { Subject } from './subject.ts';

const MAP_WORDS = /-(?:config|configmap|config-map|cm)$/;

/** Characters; above it values.yaml would be all that one text. */
const LONGEST = 16 * 1024;

/** Entries of ConfigMaps: JSON as an object where it comes out as it went in, else the text. */
export function configValues(subject: Subject): Proposal {
  const maps = subject.resources.filter(
    ({ kind, apiVersion }) => kind === 'ConfigMap' && apiVersion === 'v1',
  );
  const keys = distinct(maps, ({ name, namespace = '' }) => {
    const short = withoutStem(name, subject.stems);
    return [withoutLast(short, MAP_WORDS), short, name, `${namespace}-${name}`].map(camel);
  });
  return together(
    maps.map((map) => entries(map, maps.length === 1 ? 'config' : `config.${keys.get(map) ?? ''}`, subject)),
  );
}

function entries(map: Resource, prefix: string, subject: Subject): Proposal {
  const { data, binaryData } = map.object;
  const holder = { name: camel(prefix), select: selectOf(map, subject.resources) };
  const names = isObject(data) ? Object.keys(data).toSorted() : [];
  const keys = distinct(names, (name) => [
    camel(name.replace(/(?<=.)\.(?:json|ya?ml|conf|txt)$/, '')),
    camel(name),
  ]);
  const drafts: Draft[] = [];
  const left: Left[] = [];
  for (const name of names) {
    const text = isObject(data) ? data[name] : undefined;
    // Images are values by themselves, and what is around them stays.
    if (typeof text !== 'string' || isReference(text)) continue;
    const why = unfit(name, text);
    if (why !== undefined) {
      left.push({ kind: 'config', what: `ConfigMap/${map.name} ${name}`, why });
      continue;
    }
    drafts.push({
      kind: 'config',
      path: `${prefix}.${keys.get(name) ?? ''}`,
      section: 'Configuration',
      place: 'replace',
      form: isPlainJson(text) ? 'json' : 'value',
      spots: [{ holder, field: `data.${escapeKey(name)}` }],
    });
  }
  for (const name of isObject(binaryData) ? Object.keys(binaryData) : [])
    left.push({ kind: 'config', what: `ConfigMap/${map.name} ${name}`, why: 'it is binary' });
  return { drafts, left };
}

function unfit(name: string, text: string): string | undefined {
  if (name.startsWith('_')) return 'its name begins with _, so it is an example that nothing reads';
  if (imagesIn(text).length > 0) return 'it names images, which are values of their own';
  if (lostText(text) !== undefined) return `it ${LOST}`;
  if (text.length > LONGEST) return `it has ${text.length} characters, too many for values.yaml`;
  return undefined;
}

/** Whether a text is an object as JSON, laid out as the form `json` writes it. */
function isPlainJson(text: string): boolean {
  if (!text.trimStart().startsWith('{')) return false;
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return false;
  }
  if (!isObject(value) || Object.keys(value).length === 0 || holdsNull(value)) return false;
  return prettyJson(value, styleOf(text), '') === text.replace(/\n$/, '');
}
