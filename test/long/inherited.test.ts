import { expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { ChartError } from '../../scripts/errors.ts';
import type { Json } from '../../scripts/json/json.ts';
import { isObject } from '../../scripts/json/tree.ts';
import { HANDED_IN } from '../fuzz/handed-in.ts';
import { SENT_DOCUMENTS } from '../fuzz/sent-documents.ts';
import { WRITTEN } from '../fuzz/written.ts';

/*
 * Each place of each document once holds an object whose members hide what every object inherits:
 * `String` of it throws, where drawn faults seldom fall.
 */

const HIDING: Json = { toString: 'x', valueOf: 'y', constructor: 'z', toJSON: 'w' };

/** The document once for each value in it, with that one replaced. */
function eachHidden(value: Json): readonly Json[] {
  if (Array.isArray(value)) {
    const inside = value.flatMap((one: Json, i) =>
      eachHidden(one).map((other) => value.with(i, other) as Json),
    );
    return [HIDING, ...inside];
  }
  if (!isObject(value)) return [HIDING];
  const inside = Object.entries(value).flatMap(([key, one]) =>
    eachHidden(one).map((other): Json => ({ ...value, [key]: other })),
  );
  return [HIDING, ...inside];
}

const SUBJECTS = [...WRITTEN, ...HANDED_IN, ...SENT_DOCUMENTS].filter(({ format }) => format !== 'text');

test.each(SUBJECTS)('$name', async ({ documents: [document = ''], format, read }) => {
  const faults: string[] = [];
  const whole =
    format === 'json'
      ? (JSON.parse(document) as Json)
      : parseAllDocuments(document).map((one) => one.toJS() as Json);
  for (const data of eachHidden(whole)) {
    const text =
      format === 'yaml' && Array.isArray(data)
        ? data.map((one: Json) => stringify(one)).join('---\n')
        : JSON.stringify(data);
    try {
      await read(text);
    } catch (error) {
      if (error instanceof ChartError && error.code !== 'BUG') continue;
      const where = error instanceof Error ? (error.stack ?? error.message) : String(error);
      faults.push(`${where}\n${text.slice(0, 2000)}`);
    }
  }
  expect(faults.slice(0, 3)).toEqual([]);
});
