import { availableParallelism, cpus, loadavg } from 'node:os';
import { alignColumns } from '../../scripts/commands/terminal/output.ts';
import type { Sample } from './watch.ts';

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Not every way is watched. */
function peak(samples: readonly Sample[]): string {
  const most = Math.max(...samples.map(({ memory }) => memory));
  return most === 0 ? '' : `${most} MiB`;
}

/** Prints medians beside the first one's, the fastest and the slowest, peak memory, and what else the machine did. */
export function printComparison(title: string, samples: ReadonlyMap<string, readonly Sample[]>): void {
  const seconds = (list: readonly Sample[]): readonly number[] => list.map((sample) => sample.seconds);
  const own = median(seconds([...samples.values()][0] ?? []));
  const rows = [...samples].map(([name, list]) => [
    name,
    `${median(seconds(list)).toFixed(2)} s`,
    `${(median(seconds(list)) / own).toFixed(2)} x`,
    `${Math.min(...seconds(list)).toFixed(2)} to ${Math.max(...seconds(list)).toFixed(2)} s`,
    peak(list),
  ]);
  const rounds = [...samples.values()][0]?.length ?? 0;
  console.log(
    `${title}, ${rounds} rounds in turn; Node ${process.version}, ${availableParallelism()} x ${cpus()[0]?.model ?? '?'}, load ${loadavg()[0]?.toFixed(1) ?? '?'}:`,
  );
  for (const row of alignColumns([['', 'median', 'of ours', 'range', 'peak memory'], ...rows]))
    console.log(`  ${row}`);
}
