import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this repository, or of the installed package. The compiled scripts lie as deep as this file. */
export const TOOLKIT = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** Whether this is the installed package: it has no chart of its own. */
export const IS_INSTALLED = !existsSync(join(TOOLKIT, 'recipe.yaml'));

/** The chart project of a command that names none: this repository's, or the one in which a person stands. */
export const DEFAULT_PROJECT = IS_INSTALLED ? process.cwd() : TOOLKIT;
