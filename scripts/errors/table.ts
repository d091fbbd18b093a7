import { CHART_ERRORS } from './chart.ts';
import { COMMAND_ERRORS } from './command.ts';
import { REGISTRY_ERRORS } from './registry.ts';
import { SOURCE_ERRORS } from './source.ts';

/**
 * Every error a user can meet, as one table; its parts are in errors/. `docs/errors.md`
 * is generated from it.
 *
 * The exit codes: 0 done, 1 refused or findings, 2 usage, 3 network or registry, 70 a bug.
 */
export const ERRORS = { ...COMMAND_ERRORS, ...SOURCE_ERRORS, ...CHART_ERRORS, ...REGISTRY_ERRORS };
