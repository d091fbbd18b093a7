import { proveInferred } from '../helpers/inferred-theorem.ts';
import { realManifests } from '../helpers/real-manifests.ts';

/** `RUNS=N` draws so many for each manifest and each Helm. */
const RUNS = Number(process.env['RUNS'] ?? 4);

// Of values for many workloads nearly every draw is refused for one of them, so one that is not takes minutes.
await proveInferred(
  realManifests().filter(({ text }) => text.length < 22_000),
  RUNS,
);
