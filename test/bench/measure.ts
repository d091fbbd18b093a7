import { median } from './helmify.ts';
import { writeChart } from '../../scripts/io/chart-dir.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import type { Project } from '../../scripts/io/project.ts';
import { withTemporaryFolder } from '../../scripts/io/temporary.ts';
import { packageChart } from '../../scripts/package/artifact.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { generate } from '../../scripts/built.ts';
import { lintAndProve, refuseFindings } from '../../scripts/validate.ts';
import type { Lock } from '../../scripts/recipe/lock.ts';

/** Milliseconds of each stage, medians of the runs, and what the process needed at most. */
export interface Measurement {
  readonly documents: number;
  readonly generate: number;
  readonly prove: number;
  readonly package: number;
  /** Peak resident memory of this process in MiB. */
  readonly memory: number;
}

/** What is measured. */
export interface Subject {
  readonly text: string;
  readonly project: Project;
  readonly lock: Lock;
}

/** Runs generate (parse, templatize, assemble), prove and package `runs` times. */
export async function measure(
  subject: Subject,
  engines: readonly Helm[],
  runs: number,
): Promise<Measurement> {
  const times = { generate: [] as number[], prove: [] as number[], package: [] as number[] };
  let documents = 0;
  await withTemporaryFolder('bench-', async (directory) => {
    for (let i = 0; i < runs; i++) {
      const built = await timed(times.generate, () =>
        generate(subject.project, parseManifest(subject.text, 'manifest.yaml'), subject.lock),
      );
      documents = built.manifest.resources.length;
      await writeChart(directory, built.files);
      const proof = await timed(times.prove, () => lintAndProve(built, directory, engines));
      refuseFindings(proof.findings);
      await timed(times.package, () => packageChart(built.files, subject.lock.created));
    }
  });
  return {
    documents,
    generate: median(times.generate),
    prove: median(times.prove),
    package: median(times.package),
    memory: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

async function timed<T>(into: number[], action: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await action();
  into.push(performance.now() - start);
  return result;
}
