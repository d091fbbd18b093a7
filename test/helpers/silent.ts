import { teller } from '../../scripts/commands/terminal/tell.ts';
import type { Output } from '../../scripts/commands/terminal/output.ts';

/** An output that keeps every line in `said` instead of printing it. */
export function silent(said: string[] = []): Output {
  const keep = (...words: readonly string[]): void => void said.push(words.join(' '));
  return {
    step: keep,
    line: (text = '') => keep(text),
    warn: keep,
    table: (rows) => rows.forEach((row) => keep(row.join(' '))),
    json: () => {},
    paint: (_, text) => text,
    status: () => {},
    columns: () => Infinity,
  };
}

/** Prints what the pipeline says into `said`. */
export function listener(said: string[] = []): ReturnType<typeof teller> {
  return teller(silent(said));
}
