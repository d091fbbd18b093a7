import { afterAll, beforeAll, test } from 'vitest';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { testEngines } from '../helpers/engines.ts';
import { proveFor, subjectOf, type Subject } from '../helpers/theorem.ts';
import { thisProject } from '../helpers/this-project.ts';

const engines = await testEngines();
const RUNS = 300;

let subject: Subject;

beforeAll(async () => {
  subject = await subjectOf(await thisProject());
});

afterAll(() => rm(dirname(subject.directory), { recursive: true }));

test.each(engines)('helm $version renders for any values what the oracle says', (helm) =>
  proveFor(subject, helm, RUNS),
);
