import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { IS_LONG } from './draws.ts';

const OWN = fileURLToPath(new URL('../fixtures/manifests', import.meta.url));
const SHARED = fileURLToPath(new URL('../../../shared', import.meta.url));

/** A manifest that some project publishes. */
export interface RealManifest {
  readonly name: string;
  readonly text: string;
}

/** True where the larger collection lies beside the repository; what needs it skips visibly elsewhere. */
export const HAS_UPSTREAM_FILES = existsSync(`${SHARED}/upstream`) && existsSync(`${SHARED}/corpus`);

/** The real manifests of the repository (SOURCES.tsv says whose they are), and those beside it where there are some. */
export function realManifests(): readonly RealManifest[] {
  const beside = HAS_UPSTREAM_FILES ? [`${SHARED}/upstream`, `${SHARED}/corpus`] : [];
  return [...new Map([...beside, OWN].flatMap(manifestsIn)).values()];
}

/** Those of the repository alone. */
export function ownManifests(): readonly RealManifest[] {
  return manifestsIn(OWN).map(([, manifest]) => manifest);
}

function manifestsIn(folder: string): readonly (readonly [string, RealManifest])[] {
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => [name, { name, text: readFileSync(`${folder}/${name}`, 'utf8') }]);
}

/** Those of the repository; in the long tests all that there are. */
export function someManifests(): readonly RealManifest[] {
  return IS_LONG ? realManifests() : ownManifests();
}

/** The raw bytes of one file of this project's upstream. */
export function upstreamFile(name: string): Uint8Array {
  return readFileSync(`${SHARED}/upstream/${name}`);
}
