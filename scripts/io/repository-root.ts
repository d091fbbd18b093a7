import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this repository, where its own chart project is. The compiled scripts lie as deep as this file. */
export const REPOSITORY_ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)));
