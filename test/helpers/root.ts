import { fileURLToPath } from 'node:url';

/** The repository's root, which is a chart project itself. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where the commands are compiled for the tests, as the installed package has them in lib/. */
export const COMPILED = '.compiled';
