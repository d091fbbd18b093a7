import { fileURLToPath } from 'node:url';
import { build, type Built } from '../../scripts/pipeline.ts';

/** The repository's root, which is a chart project itself. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let built: Promise<Built> | undefined;

/** This repository's chart, made once for a test file. */
export function thisProject(): Promise<Built> {
  return (built ??= build(ROOT));
}
