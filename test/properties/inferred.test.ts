import { proveInferred } from '../helpers/inferred-theorem.ts';
import { ownManifests } from '../helpers/real-manifests.ts';

/** Others, and more values of each: test/long/inferred.test.ts. */
const NAMES = new Set(['flannel.yaml', 'metrics-server.yaml']);

await proveInferred(
  ownManifests().filter(({ name }) => NAMES.has(name)),
  2,
);
