import { isScalar } from 'yaml';
import type { Json } from '../json/json.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { matching } from '../recipe/select.ts';
import { entryName, type JsonEntry } from '../recipe/entry.ts';
import type { Recipe } from '../recipe/types.ts';
import { findFields, showField, type Field } from '../recipe/field.ts';
import type { Finding } from './finding.ts';
import { prettyJson, styleOf } from '../oracle/json-text.ts';

/**
 * A `json` entry's value is rendered as JSON text anew. What upstream has must come out
 * letter for letter, and some texts cannot: the proof would only see that two texts differ.
 */
export function checkJsonLayout(recipe: Recipe, manifest: Manifest): readonly Finding[] {
  return recipe.entries.flatMap((entry) =>
    entry.form === 'json' ? fieldsOf(entry, manifest).flatMap((field) => differences(entry, field)) : [],
  );
}

function fieldsOf(entry: JsonEntry, manifest: Manifest): readonly Field[] {
  return entry.targets.flatMap((target) =>
    matching(manifest, target).flatMap((resource) =>
      (target.fieldPaths ?? []).flatMap((path) => findFields(resource, path, false, entryName(entry))),
    ),
  );
}

function differences(entry: JsonEntry, field: Field): readonly Finding[] {
  if (!field.found || !isScalar(field.value)) return [];
  const text = String(field.value.value);
  const upstream = text.replace(/\n$/, '').split('\n');
  const ours = prettyJson(JSON.parse(text) as Json, styleOf(text), '').split('\n');
  const line = upstream.findIndex((row, i) => row !== ours[i]);
  if (line < 0) return [];
  return [
    {
      rule: 'json/layout',
      severity: 'error',
      place: entryName(entry),
      message: `${showField(field)} cannot be written back as it stands: line ${line + 1} of the JSON is ${show(upstream[line])}, the chart would write ${show(ours[line])}`,
      hint: hintFor(upstream[line] ?? '', ours[line] ?? ''),
    },
  ];
}

function show(row = ''): string {
  return row.length > 100 ? `${row.trim().slice(0, 100)}…` : row.trim();
}

function hintFor(upstream: string, ours: string): string {
  const scalar = 'Lift the text as one value by `form: value`.';
  if (/[<>&]/.test(upstream) && ours.includes('\\u00')) return `Helm writes <, > and & as escapes. ${scalar}`;
  if (/\d{16}/.test(upstream)) return `Helm reads numbers as floats of 53 bits. ${scalar}`;
  return `Only JSON with one key or element on each line, evenly indented, comes out as it went in. ${scalar}`;
}
