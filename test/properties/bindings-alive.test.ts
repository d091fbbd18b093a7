import { Ajv } from 'ajv';
import fc from 'fast-check';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ChartError } from '../../scripts/errors.ts';
import { newestEngine } from '../helpers/engines.ts';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import type { Entry } from '../../scripts/recipe/entry.ts';
import { equalJson, getPath, isObject, setPath } from '../../scripts/json/tree.ts';
import { compareObjects } from '../../scripts/oracle/compare.ts';
import { mergeValues } from '../../scripts/json/merge-values.ts';
import { drawValues, expectation, render, schemaOf, subjectOf } from '../helpers/theorem.ts';
import { thisProject } from '../helpers/this-project.ts';

const { model, project, manifest } = await thisProject();
const { recipe } = project;
const subject = await subjectOf(await thisProject());
const engines = await newestEngine();
/** Values with which every object of the chart is there, so that every binding can show. */
const everything: JsonObject = {
  monitoring: { metricsPort: 9091, podMonitor: { create: true }, prometheusRule: { create: true } },
  networkAttachmentDefinitions: [
    { name: 'br-prod', namespace: 'vms', config: { cniVersion: '1.0.0', type: 'bridge', vlan: 57 } },
  ],
};
const release = { name: 'multus', namespace: 'default' };
const arbitrary = drawValues(subject);
/** Batches of values; a batch is drawn when the ones before it do not change an entry. */
const batches: (readonly JsonObject[])[] = [];
const BATCH = 20;
const MOST = 300 / BATCH;
const accepts = new Ajv({ strict: false }).compile(schemaOf(subject));

afterAll(() => rm(dirname(subject.directory), { recursive: true }));

/** The value of an entry without what other entries bind below it. */
function ownPart(entry: Entry, value: Json | undefined): Json | undefined {
  if (!isObject(value)) return value;
  const others = new Set(recipe.entries.map(({ path }) => path));
  return Object.fromEntries(Object.entries(value).filter(([key]) => !others.has(`${entry.path}.${key}`)));
}

/** Elements that name a volume which is there in any case, and have no lists that may name others. */
function referring(entry: Entry, value: Json | undefined): Json | undefined {
  if (entry.place !== 'append' || !Array.isArray(value)) return value;
  const key = entry.refers?.key;
  const empty = Object.fromEntries((entry.inner ?? []).map(({ list }) => [list, []]));
  return value
    .filter(isObject)
    .map((item) => ({ ...item, ...(key !== undefined && { [key]: 'cni' }), ...empty }));
}

/** Elements that say all that they may: what one leaves out changes nothing. */
function complete({ place, fields = {} }: Entry, value: Json | undefined): Json | undefined {
  if (place !== 'each' || !Array.isArray(value)) return value;
  const says = (item: Json): boolean =>
    isObject(item) && Object.values(fields).every((key) => Object.keys(item[key] ?? {}).length > 0);
  return value.filter(says);
}

/** Values that differ from `everything` in one entry only. */
function changeOf(entry: Entry): JsonObject {
  const before = asTree(expectation(subject, everything, release));
  for (let i = 0; i < MOST; i++) {
    const drawn = (batches[i] ??= fc.sample(arbitrary, { numRuns: BATCH, seed: 7 + i }));
    const changes = drawn.flatMap((values): readonly JsonObject[] => {
      const value = complete(entry, referring(entry, ownPart(entry, getPath(values, entry.path))));
      return value === undefined || value === null ? [] : [setPath(everything, entry.path, value)];
    });
    const change = changes.find((values) => {
      if (!accepts(mergeValues(subject.defaults, values))) return false;
      const after = expectation(subject, values, release);
      return !(after instanceof ChartError) && !equalJson(asTree(after), before);
    });
    if (change !== undefined) return change;
  }
  throw new Error(`No draw changes ${entry.path}`);
}

/** Objects by kind in one tree: a changed name or namespace is a change inside, not another object. */
function asTree(objects: readonly JsonObject[] | ChartError): JsonObject {
  if (objects instanceof ChartError) throw objects;
  return {
    metadata: { name: 'all' },
    ...Object.fromEntries(objects.map((one) => [String(one['kind']), one])),
  };
}

type Field = readonly (string | number)[];

/** Where an entry writes, and where entries that follow it do. */
function fieldsOf(entry: Entry): readonly Field[] {
  const followers = recipe.entries.filter(
    (other) =>
      (other.form === 'json' && (other.derive ?? []).some(({ from }) => from === entry.path)) ||
      (other.form === 'checksum' && other.of === entry.path),
  );
  const own = model.lifts
    .filter(({ value }) => value === entry.path)
    .map(({ resource, field }): Field => [resource.kind, ...field]);
  return [...own, ...followers.flatMap(fieldsOf)];
}

function overlap(a: Field, b: Field): boolean {
  return a.every((part, i) => i >= b.length || part === b[i]);
}

test('the manifest has one object of each kind, as these tests need it', () => {
  const kinds = manifest.resources.map(({ kind }) => kind);
  expect(new Set(kinds).size).toBe(kinds.length);
});

describe.each(engines)('helm $version', (helm) => {
  const unchanged = render(subject, helm, everything, release);

  test.each(recipe.entries)('$path changes the fields that it binds and nothing else', async (entry) => {
    const [before, after] = await Promise.all([unchanged, render(subject, helm, changeOf(entry), release)]);
    const changed = compareObjects([asTree(before)], [asTree(after)]).map(({ path }) => path);
    const fields = fieldsOf(entry);
    expect(changed.filter((path) => !fields.some((field) => overlap(field, path)))).toEqual([]);
    const own = model.lifts.filter(({ value }) => value === entry.path);
    expect(own.length).toBeGreaterThan(0);
    const dead = own.filter(
      ({ resource, field }) => !changed.some((path) => overlap([resource.kind, ...field], path)),
    );
    expect(dead).toEqual([]);
  });

  test.each(Object.entries(recipe.presets?.options ?? {}))(
    'the preset %s changes the fields of the values it states and nothing else',
    async (name, preset) => {
      const path = recipe.presets?.path ?? '';
      const [before, after] = await Promise.all([
        unchanged,
        render(subject, helm, setPath(everything, path, name), release),
      ]);
      const changed = compareObjects([asTree(before)], [asTree(after)]).map((difference) => difference.path);
      const stated = recipe.entries.filter((entry) => entry.path in preset);
      const fields = stated.flatMap(fieldsOf);
      expect(changed.filter((at) => !fields.some((field) => overlap(field, at)))).toEqual([]);
      expect(fields.filter((field) => !changed.some((at) => overlap(field, at)))).toEqual([]);
    },
  );
});
