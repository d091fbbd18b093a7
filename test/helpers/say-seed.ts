import type { TestProject } from 'vitest/node';

/** Says what the run draws from, so that a failure can be had again. */
export function setup({ config }: TestProject): void {
  process.stdout.write(`SEED=${config.env['SEED'] ?? ''}\n`);
}
