import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../scripts/json/json.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { apply } from '../../scripts/oracle/apply.ts';
import { templatize } from '../../scripts/chart/templatize.ts';
import { explainer } from '../../scripts/review/causes.ts';
import { compare } from '../../scripts/review/compare.ts';
import { showPath } from '../../scripts/review/path.ts';
import { title } from '../../scripts/review/review.ts';
import { lockOf, recipeOf } from '../chart/small-chart.ts';

const MANIFEST = `
apiVersion: v1
kind: ConfigMap
metadata: { name: a, labels: { app: a } }
data: { level: info, other: x, more: m }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: b }
data: { level: info }
`;

const RECIPE = `values:
  - path: level
    default: debug
    reason: we want to see more
    select: { kind: ConfigMap }
    fieldPaths: [data.level]
  - path: other
    select: { name: a }
    fieldPaths: [data.other]
  - path: more
    select: { name: a }
    fieldPaths: [data.more]
  - path: labels
    place: merge
    form: yaml
    select: { name: a }
    fieldPaths: [metadata.labels]
  - path: kept
    place: merge
    form: content
    default: true
    reason: it stays
    content: { keep: 'yes' }
    select: { name: a }
    fieldPaths: [metadata.labels]
  - path: b.create
    place: document
    select: { name: b }
presets:
  path: platform
  default: plain
  options:
    plain: {}
    other: { other: preset }
`;

/** Each change with its causes, from a manifest (upstream's where none is given) to what the values render. */
function explained(
  values: JsonObject = {},
  from = MANIFEST,
  byHand = false,
): Readonly<Record<string, string>> {
  const manifest = parseManifest(MANIFEST, 'm.yaml');
  const recipe = recipeOf(RECIPE);
  const model = templatize(manifest, recipe, lockOf());
  const release = { name: 'r', namespace: 'ns' };
  const [before, upstream] = [from, MANIFEST].map((text) =>
    parseManifest(text, 'm.yaml').resources.map(({ object }) => object),
  );
  const edits = byHand ? compare(before ?? [], upstream ?? []) : [];
  const explain = explainer({ recipe, manifest, model, values, release }, edits);
  const after = apply({ recipe, manifest, defaults: model.defaults }, values, release);
  return Object.fromEntries(
    compare(before ?? [], after).flatMap((one) =>
      one.changes.map((change) => [
        `${one.object.name} ${showPath(change.path)}`,
        title({ causes: explain(change, one) }),
      ]),
    ),
  );
}

describe('why a field is not as upstream has it', () => {
  it('a departure, of each field that it feeds; two on one map apart', () => {
    expect(explained()).toEqual({
      'a data.level': 'level',
      'b data.level': 'level',
      'a metadata.labels.keep': 'kept',
    });
  });

  it('a value of the user’s, which takes the place of a departure', () => {
    expect(explained({ level: 'warn', labels: { mine: 'yes' } })).toEqual({
      'a data.level': 'level (your values)',
      'b data.level': 'level (your values)',
      'a metadata.labels.keep': 'kept',
      'a metadata.labels.mine': 'labels (your values)',
    });
  });

  it('a value that is what was there anyway is no cause', () => {
    expect(explained({ other: 'x', more: 'n' })).toMatchObject({ 'a data.more': 'more (your values)' });
    expect(explained({ other: 'x' })['a data.other']).toBeUndefined();
  });

  it('a preset, and what goes by a value', () => {
    expect(explained({ platform: 'other', b: { create: false } })).toEqual({
      'a data.other': 'platform (your values)',
      'a data.level': 'level',
      'a metadata.labels.keep': 'kept',
      'b ': 'b.create (your values)',
    });
  });

  it('nothing explains what only the other side has', () => {
    const running = MANIFEST.replace('other: x', 'other: edited').replace(
      'level: info }',
      'level: debug, own: x }',
    );
    expect(explained({}, running)).toEqual({
      'a data.level': 'level',
      'a data.other': '',
      'a metadata.labels.keep': 'kept',
      'b data.own': '',
    });
  });

  it('no departure explains what somebody set by hand; a value of the user’s does', () => {
    const running = MANIFEST.replace('level: info, other', 'level: trace, other');
    expect(explained({}, running)).toMatchObject({ 'a data.level': 'level' });
    expect(explained({}, running, true)).toEqual({
      'a data.level': '',
      'b data.level': 'level',
      'a metadata.labels.keep': 'kept',
    });
    expect(explained({ level: 'warn' }, running, true)).toMatchObject({
      'a data.level': 'level (your values)',
    });
  });
});
