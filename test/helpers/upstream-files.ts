import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SHARED = fileURLToPath(new URL('../../../shared', import.meta.url));

/** True where the real upstream files lie beside the repository; tests skip visibly elsewhere. */
export const HAS_UPSTREAM_FILES = existsSync(`${SHARED}/upstream`) && existsSync(`${SHARED}/corpus`);

/** Names and texts of all real manifests; empty where there are none. */
export function upstreamFiles(): readonly { readonly name: string; readonly text: string }[] {
  if (!HAS_UPSTREAM_FILES) return [];
  return ['upstream', 'corpus'].flatMap((folder) =>
    readdirSync(`${SHARED}/${folder}`)
      .filter((name) => /\.ya?ml$/.test(name))
      .map((name) => ({ name, text: readFileSync(`${SHARED}/${folder}/${name}`, 'utf8') })),
  );
}

/** The raw bytes of one upstream file. */
export function upstreamFile(name: string): Uint8Array {
  return readFileSync(`${SHARED}/upstream/${name}`);
}
