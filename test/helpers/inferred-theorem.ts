import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { testEngines } from './engines.ts';
import { newProject } from './new-project.ts';
import type { RealManifest } from './real-manifests.ts';
import { proveFor, subjectOf, type Subject } from './theorem.ts';

/** The theorem for charts that nobody has written by hand: recipe and schema are inferred from a manifest. */
export async function proveInferred(manifests: readonly RealManifest[], runs: number): Promise<void> {
  const engines = await testEngines();
  describe.each(manifests)('the chart that init makes of $name', (manifest) => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await subjectOf((await newProject(manifest)).built);
    }, 120_000);
    afterAll(() => rm(dirname(subject.directory), { recursive: true }));

    test.each(engines)(
      'renders on helm $version for any values what the oracle says',
      (helm) => proveFor(subject, helm, runs),
      120_000 + runs * 10_000,
    );
  });
}
