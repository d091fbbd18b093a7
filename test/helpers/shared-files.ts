import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SHARED = fileURLToPath(new URL('../../../shared', import.meta.url));

/** Whether files that are not part of the repository lie beside it; tests skip visibly elsewhere. */
export function hasShared(path: string): boolean {
  return existsSync(`${SHARED}/${path}`);
}

/** A text that is not part of the repository. */
export function readShared(path: string): string {
  return readFileSync(`${SHARED}/${path}`, 'utf8');
}
