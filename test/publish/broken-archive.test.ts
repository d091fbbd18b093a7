import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type * as Archive from '../../scripts/package/archive.ts';
import { prepare } from '../../scripts/pipeline.ts';
import { CHART_FAULTS } from '../helpers/chart-faults.ts';
import { projectCopy } from '../helpers/project.ts';
import { listener } from '../helpers/silent.ts';

/** What happens to every archive that is packed. */
const fault = vi.hoisted(() => ({ spoil: (tgz: Uint8Array): Uint8Array => tgz }));
vi.mock('../../scripts/package/archive.ts', async (original) => {
  const real = await original<typeof Archive>();
  const packArchive: typeof real.packArchive = async (...args) =>
    fault.spoil(await real.packArchive(...args));
  return { ...real, packArchive };
});

let root = '';
beforeAll(async () => {
  root = await projectCopy();
});
afterAll(() => rm(root, { recursive: true }));

// test/verify/load-archive.test.ts has all of them.
test.each(['a time is NaN', 'its second half is lost', 'Chart.yaml is lost'])(
  'an archive of which %s is refused by Helm before anything is published',
  async (name) => {
    fault.spoil = CHART_FAULTS[name] ?? fault.spoil;
    const prepared = prepare(root, { dryRun: true }, process.env, listener());
    await expect(prepared).rejects.toMatchObject({ code: 'HELM_FAILED' });
  },
);
