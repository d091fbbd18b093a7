import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { testEngines } from '../../helpers/engines.ts';
import type { Helm } from '../../../scripts/io/helm.ts';
import type { JsonObject } from '../../../scripts/json/json.ts';
import { mergeValues } from '../../../scripts/json/merge-values.ts';
import {
  ajvFindings,
  dotted,
  helmFindings,
  twoAtATime,
  SOMEWHERE,
  type SchemaFinding,
} from '../../helpers/schema-findings.ts';
import { contradictions, expectation, schemaOf, subjectOf } from '../../helpers/theorem.ts';
import { ROOT, thisProject } from '../../helpers/this-project.ts';

interface Case {
  readonly name: string;
  readonly values: JsonObject;
}

interface BadCase extends Case {
  /** JSON pointer of the finding. */
  readonly at: string;
  /** What the finding says, whatever the case. */
  readonly says: string;
}

interface BadCases {
  readonly 'refused-by-schema': readonly BadCase[];
  readonly 'refused-by-template': readonly (Case & { readonly says: string })[];
}

const engines = await testEngines();
const subject = await subjectOf(await thisProject());
const release = { name: 'multus', namespace: 'default' };
const judge = ajvFindings(schemaOf(subject));
const bad = (await readFixture('bad.yaml')) as BadCases;
const good = (await readFixture('good.yaml')) as readonly Case[];
const refused = bad['refused-by-schema'];
const refusedLater = bad['refused-by-template'];

afterAll(() => rm(dirname(subject.directory), { recursive: true }));

async function readFixture(name: string): Promise<unknown> {
  return parse(await readFile(join(ROOT, 'test', 'fixtures', 'values', name), 'utf8'));
}

function ajv({ values }: Case): readonly SchemaFinding[] {
  return judge(mergeValues(subject.defaults, values));
}

/**
 * Cases that have no top-level key in common: they share a Helm run, which takes what each
 * of them is taken with and tells of each what it is refused for.
 */
function batchesOf<C extends Case>(cases: readonly C[]): readonly (readonly C[])[] {
  const batches: C[][] = [];
  for (const one of cases) {
    const free = batches.find((batch) => !batch.some(({ values }) => shareKey(values, one.values)));
    if (free === undefined) batches.push([one]);
    else free.push(one);
  }
  return batches;
}

function shareKey(a: JsonObject, b: JsonObject): boolean {
  return Object.keys(a).some((key) => key in b);
}

/** What Helm says of the batch that a case is in. */
async function inBatches<T>(
  batches: readonly (readonly Case[])[],
  ask: (values: JsonObject) => Promise<T>,
): Promise<ReadonlyMap<Case, T>> {
  const jobs = batches.map((batch) => async () => {
    const said = await ask(Object.assign({}, ...batch.map(({ values }) => values)) as JsonObject);
    return batch.map((one) => [one, said] as const);
  });
  return new Map((await twoAtATime(jobs)).flat());
}

/** What Helm does beside what the oracle says. */
function contradicts(helm: Helm): (values: JsonObject) => Promise<readonly string[]> {
  return (values) => contradictions(subject, helm, values, release);
}

/** A finding that says it, there as far as it names a place. */
function finding({ at, says }: BadCase): SchemaFinding {
  return {
    at: expect.toSatisfy((place) => place === SOMEWHERE || place === dotted(at)) as string,
    message: expect.stringMatching(new RegExp(escaped(says), 'i')) as string,
  };
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

describe('the fixture', () => {
  test.each([
    ['bad', [...refused, ...refusedLater]],
    ['good', good],
  ] as const)('has %s values with names of their own', (_, cases) => {
    const names = cases.map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test('is read whole', () => {
    expect([refused.length >= 60, refusedLater.length, good.length >= 25]).toEqual([true, 18, true]);
  });
});

describe('ajv', () => {
  test.each(refused)('refuses $name', (one) => {
    expect(ajv(one)).toContainEqual(finding(one));
  });

  test.each([...good, ...refusedLater])('accepts $name', (one) => {
    expect(ajv(one)).toEqual([]);
  });
});

describe.each(engines)('helm $version', async (helm) => {
  const refusals = await inBatches(batchesOf(refused), (values) =>
    helmFindings(helm, subject.directory, values),
  );
  const alone = refusedLater.map((one) => [one]);
  const renders = await inBatches([...batchesOf(good), ...alone], contradicts(helm));

  test.each(refused)('refuses $name by the schema', (one) => {
    expect(refusals.get(one)).toContainEqual(finding(one));
  });

  test.each(good)('renders $name as the recipe says', (one) => {
    expect(renders.get(one)).toEqual([]);
  });

  test.each(refusedLater)('refuses $name by a template, as the recipe says', (one) => {
    expect(expectation(subject, one.values, release)).toMatchObject({
      code: 'VALUES_REFUSED',
      message: one.says,
    });
    expect(renders.get(one)).toEqual([]);
  });
});
