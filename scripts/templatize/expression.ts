import type { Json } from '../parse/manifest.ts';
import type { Entry } from '../recipe/types.ts';
import { CHART_LABEL_KEYS } from './labels.ts';

/** The Go template path of a value; empty path: the dot of a surrounding `with`. */
export function valuePath(path: string): string {
  return path === '' ? '.' : `.Values.${path}`;
}

/**
 * A scalar's expression. Strings are quoted whatever they hold; integers go
 * through int64, because Helm reads numbers as floats and would print 1e+06.
 */
export function scalarExpression(path: string, sample: Json): string {
  const value = valuePath(path);
  if (typeof sample === 'string') return `{{ ${value} | quote }}`;
  if (typeof sample === 'number' && Number.isInteger(sample)) return `{{ ${value} | int64 }}`;
  return `{{ ${value} }}`;
}

/** Name of the named template that an entry generates: `crds.keep` of chart c → `c.crdsKeep`. */
export function helperName(chart: string, path: string): string {
  return `${chart}.${path.replaceAll(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase())}`;
}

/** What an entry adds to a map, as Go template text. */
interface MapSource {
  /** As one argument of the `merge` named template. */
  readonly argument: string;
  /** When it is the only one: what `with` tests, and what renders the dot inside. */
  readonly condition: string;
  readonly body: string;
}

/** What an entry adds to a map; keys of ours that upstream has are left out: upstream wins. */
export function mapSource(entry: Entry, chart: string, upstreamKeys: readonly string[]): MapSource {
  if (entry.as === 'merge') {
    const path = valuePath(entry.path);
    return { argument: path, condition: path, body: 'toYaml .' };
  }
  const text = `include "${helperName(chart, entry.path)}" .`;
  const clash = generatedKeys(entry).filter((key) => upstreamKeys.includes(key));
  if (clash.length === 0) return { argument: `(${text} | fromYaml)`, condition: text, body: '.' };
  const rest = `omit (${text} | fromYaml) ${clash.map((key) => `"${key}"`).join(' ')}`;
  return { argument: `(${rest})`, condition: rest, body: 'toYaml .' };
}

/** The keys that an entry's named template writes. */
export function generatedKeys(entry: Entry): readonly string[] {
  if (entry.as === 'labels') return CHART_LABEL_KEYS;
  if (entry.as === 'entries') return Object.keys(entry.entries);
  if (entry.as === 'checksum') return [entry.annotation];
  return [];
}
