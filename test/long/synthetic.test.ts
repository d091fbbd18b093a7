import { expect, test } from 'vitest';
import { synthetic } from '../bench/synthetic.ts';
import { infer } from '../../scripts/infer/infer.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { generate } from '../../scripts/built.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';
import { processorTime } from '../helpers/processor-time.ts';

const { project } = await thisProject();
const FEW = 1400;
const MANY = 4 * FEW;
const RUNS = 3;

/** Makes the chart of a made-up project with so many documents. */
async function chartOf(count: number): Promise<void> {
  const { text, project: own, lock } = synthetic(count, project.builtins);
  const { files } = await generate({ ...own, root: ROOT }, parseManifest(text, 'manifest.yaml'), lock);
  expect(files.size).toBeGreaterThan(count);
}

/** Infers the values of as many workloads, each with an account of its own and a binding that names it. */
function inferenceOf(count: number): void {
  const text = Array.from({ length: count / 20 }, (_, i) => workload(`app-${i}`)).join('---\n');
  const source = { url: './many.yaml' };
  const { drafts } = infer(parseManifest(text, 'many.yaml'), { fallback: 'many', source });
  expect(drafts.length).toBeGreaterThan(count / 20);
}

function workload(name: string): string {
  return `apiVersion: v1
kind: ServiceAccount
metadata: { name: ${name}, namespace: many }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: ${name}, namespace: many }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view }
subjects: [{ kind: ServiceAccount, name: ${name}, namespace: many }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: many }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      serviceAccountName: ${name}
      containers: [{ name: main, image: 'registry.example.org/team/${name}:1.0.0', args: [--name=${name}] }]
`;
}

// Four times the documents take four times as long; were it the square, sixteen times. The
// processor's time is what this process used, whatever else runs; of several runs the best counts.
test.each([
  ['to make a chart', chartOf],
  ['to infer its values', inferenceOf],
])('the time %s grows with the documents, not with their square', { timeout: 300_000 }, async (_, work) => {
  let few = Infinity;
  let many = Infinity;
  for (let run = 0; run < RUNS; run++) {
    few = Math.min(few, await processorTime(() => work(FEW)));
    many = Math.min(many, await processorTime(() => work(MANY)));
  }
  expect(many / few).toBeLessThan(6);
});
