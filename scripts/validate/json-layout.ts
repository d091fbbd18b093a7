import { isScalar } from 'yaml';
import type { Json, Manifest } from '../parse/manifest.ts';
import { matching } from '../recipe/select.ts';
import { entryName, type JsonEntry, type Recipe } from '../recipe/types.ts';
import { jsonStyle } from '../templatize/json-style.ts';
import { findPlaces, showPlace, type Place } from '../templatize/place.ts';
import type { Finding } from './finding.ts';
import { prettyJson } from './json-text.ts';

/**
 * A `json` entry's value is rendered as JSON text anew. What upstream has must come out
 * letter for letter, and some texts cannot: the proof would only see that two texts differ.
 */
export function checkJsonLayout(recipe: Recipe, manifest: Manifest): readonly Finding[] {
  return recipe.entries.flatMap((entry) =>
    entry.as === 'json' ? placesOf(entry, manifest).flatMap((place) => differences(entry, place)) : [],
  );
}

function placesOf(entry: JsonEntry, manifest: Manifest): readonly Place[] {
  return entry.targets.flatMap((target) =>
    matching(manifest, target).flatMap((resource) =>
      (target.fieldPaths ?? []).flatMap((path) => findPlaces(resource, path, false, entryName(entry))),
    ),
  );
}

function differences(entry: JsonEntry, place: Place): readonly Finding[] {
  if (!place.found || !isScalar(place.value)) return [];
  const text = String(place.value.value);
  const upstream = text.replace(/\n$/, '').split('\n');
  const ours = prettyJson(JSON.parse(text) as Json, jsonStyle(text), '').split('\n');
  const line = upstream.findIndex((row, i) => row !== ours[i]);
  if (line < 0) return [];
  return [
    {
      rule: 'json/layout',
      severity: 'error',
      place: entryName(entry),
      message: `${showPlace(place)} cannot be written back as it stands: line ${line + 1} of the JSON is ${show(upstream[line])}, the chart would write ${show(ours[line])}`,
      hint: hintFor(upstream[line] ?? '', ours[line] ?? ''),
    },
  ];
}

function show(row = ''): string {
  return row.length > 100 ? `${row.trim().slice(0, 100)}…` : row.trim();
}

function hintFor(upstream: string, ours: string): string {
  const scalar = 'Lift the text as one value by `as: scalar`.';
  if (/[<>&]/.test(upstream) && ours.includes('\\u00')) return `Helm writes <, > and & as escapes. ${scalar}`;
  if (/\d{16}/.test(upstream)) return `Helm reads numbers as floats of 53 bits. ${scalar}`;
  return `Only JSON with one key or element on each line, evenly indented, comes out as it went in. ${scalar}`;
}
