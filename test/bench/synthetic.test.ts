import { expect, test } from 'vitest';
import { synthetic } from '../../scripts/bench/synthetic.ts';
import { parseManifest } from '../../scripts/parse/parse.ts';
import { generate } from '../../scripts/pipeline.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';

const { project } = await thisProject();
const FEW = 1400;
const MANY = 4 * FEW;
const RUNS = 3;

/** Microseconds of the processor that it takes to make a chart of so many documents. */
async function timeOf(count: number): Promise<number> {
  const { text, project: own, lock } = synthetic(count, project.builtins);
  const start = process.cpuUsage();
  const { files } = await generate({ ...own, root: ROOT }, parseManifest(text, 'manifest.yaml'), lock);
  const { user, system } = process.cpuUsage(start);
  expect(files.size).toBeGreaterThan(count);
  return user + system;
}

// Four times the documents take four times as long; were it the square, sixteen times. The
// processor's time is what this process used, whatever else runs; of several runs the best counts.
test(
  'the time to make a chart grows with its documents, not with their square',
  { timeout: 120_000 },
  async () => {
    let few = Infinity;
    let many = Infinity;
    for (let run = 0; run < RUNS; run++) {
      few = Math.min(few, await timeOf(FEW));
      many = Math.min(many, await timeOf(MANY));
    }
    expect(many / few).toBeLessThan(6);
  },
);
