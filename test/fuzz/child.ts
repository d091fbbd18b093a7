import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { ChartError } from '../../scripts/errors.ts';
import { HANDED_IN } from './handed-in.ts';
import type { Mutation } from './mutations.ts';
import { closeRegistries } from './registry.ts';
import { SENT_ANSWERS } from './sent-answers.ts';
import { SENT_DOCUMENTS } from './sent-documents.ts';
import { spoilt, WRITTEN, type Subject } from './written.ts';

/*
 * Reads spoilt documents in a process of its own, which the test can kill when it hangs and
 * whose heap is small: `child.ts SEED RUNS FILE [SUBJECT]`. FILE has the document that is read
 * at the moment, for the case that nothing else can be said any more.
 */

const [seed = '', runs = '', current = '', only = ''] = process.argv.slice(2);

/** Microseconds of the processor that one document may take. */
const LONGEST = 10e6;

const mutations = (most: number): fc.Arbitrary<Mutation[]> =>
  fc.array(fc.record({ what: fc.nat(), where: fc.nat(), by: fc.nat() }), { minLength: 1, maxLength: most });

/** Most are spoilt in their data only: few get through the parser otherwise. */
const spoiling = fc.oneof(
  { weight: 3, arbitrary: fc.record({ data: mutations(3), text: fc.constant([]) }) },
  { weight: 1, arbitrary: fc.record({ data: fc.constant([]), text: mutations(2) }) },
  { weight: 1, arbitrary: fc.record({ data: mutations(2), text: mutations(1) }) },
);

/** What an end of reading is that no input may lead to; undefined for any other. */
async function trouble(read: Subject['read'], text: string): Promise<unknown> {
  const begun = process.cpuUsage();
  try {
    await read(text);
  } catch (error) {
    if (!(error instanceof ChartError) || error.code === 'BUG') return error;
    if (error.message.trim() === '') return new Error('an error without words', { cause: error });
  }
  const { user, system } = process.cpuUsage(begun);
  return user + system > LONGEST ? new Error('it took too long') : undefined;
}

for (const subject of [...WRITTEN, ...HANDED_IN, ...SENT_DOCUMENTS, ...SENT_ANSWERS].filter(({ name }) =>
  name.includes(only),
)) {
  const property = fc.asyncProperty(fc.nat(), spoiling, async (which, { data, text }) => {
    const document = spoilt(subject, which, data, text);
    writeFileSync(current, `${subject.name}\n${document}`);
    const found = await trouble(subject.read, document);
    if (found !== undefined) throw found;
  });
  const { failed, counterexample, errorInstance } = await fc.check(property, {
    seed: Number(seed),
    numRuns: Number(runs),
  });
  process.stdout.write(`${failed ? 'FAILED' : 'ok'} ${subject.name}\n`);
  if (!failed || counterexample === null) continue;
  process.exitCode = 1;
  const [which, { data, text }] = counterexample;
  const shown = spoilt(subject, which, data, text);
  process.stdout.write(
    `${JSON.stringify(counterexample)}\n${shown.slice(0, 4000)}\n${stackOf(errorInstance)}\n`,
  );
}
await closeRegistries();

/** Kibibytes; what is left of 500 MB when the heap is full. */
const { maxRSS } = process.resourceUsage();
if (maxRSS * 1024 > 500e6) {
  process.exitCode = 1;
  process.stdout.write(`it took ${maxRSS} KiB of memory\n`);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
