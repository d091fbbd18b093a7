import type { TestProject } from 'vitest/node';

/** Says what the run draws from, so that a failure can be had again. */
export function setup({ config }: TestProject): void {
  const seed = config.env['SEED'];
  if (seed !== undefined) process.stdout.write(`SEED=${seed}\n`);
}
