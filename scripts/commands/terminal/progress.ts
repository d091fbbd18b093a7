import type { Output } from './output.ts';

/** A transfer that is shown while it runs. */
export interface Progress {
  /** Bytes that have arrived. */
  add(bytes: number): void;
  /** Bytes that need not be moved. */
  skip(bytes: number): void;
  done(): void;
}

const WIDTH = 24;
const EVERY_MS = 100;

/**
 * A bar with rate and time left on a terminal, nothing elsewhere.
 *
 * @param total bytes
 * @param now milliseconds
 */
export function progressBar(
  out: Pick<Output, 'status' | 'columns'>,
  what: string,
  total: number,
  now: () => number = performance.now.bind(performance),
): Progress {
  const start = now();
  let moved = 0;
  let skipped = 0;
  let shown = start - EVERY_MS;
  const show = (): void => {
    if (now() - shown < EVERY_MS) return;
    shown = now();
    const state = { moved, skipped, total, seconds: (now() - start) / 1000 };
    out.status(barText(what, state, out.columns()));
  };
  return {
    add: (bytes) => {
      moved += bytes;
      show();
    },
    skip: (bytes) => {
      skipped += bytes;
      show();
    },
    done: () => out.status(''),
  };
}

/** A bar that counts things: `what [####    ] 3 of 12`. */
export function countBar(
  out: Pick<Output, 'status' | 'columns'>,
  what: string,
  total: number,
): { readonly add: () => void; readonly done: () => void } {
  let count = 0;
  const show = (): void => {
    const bar = '#'.repeat(Math.round((count / total) * WIDTH)).padEnd(WIDTH);
    out.status(`${what} [${bar}] ${count} of ${total}`.slice(0, out.columns() - 1));
  };
  show();
  return {
    add: () => {
      count += 1;
      show();
    },
    done: () => out.status(''),
  };
}

/** Where a transfer stands. */
interface State {
  readonly moved: number;
  readonly skipped: number;
  readonly total: number;
  readonly seconds: number;
}

/**
 * `name [####    ]  45 %  12.3 MiB/s  00:14`, in one line of the terminal: a longer one could
 * not be taken back. The name gives way first, from its beginning.
 */
export function barText(
  what: string,
  { moved, skipped, total, seconds }: State,
  columns: number = Infinity,
): string {
  const share = total === 0 ? 1 : Math.min(1, (moved + skipped) / total);
  const bar = '#'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH);
  const rate = seconds > 0 ? moved / seconds : 0;
  const left = rate > 0 ? duration((total - moved - skipped) / rate) : '--:--';
  const rest = ` [${bar}] ${String(Math.floor(share * 100)).padStart(3)} %  ${(rate / 2 ** 20).toFixed(1)} MiB/s  ${left}`;
  // The last column is left free: some terminals go on to the next line when it is filled.
  const room = columns - 1 - rest.length;
  const name = what.length <= room ? what : room > 1 ? `…${what.slice(1 - room)}` : '';
  return (name + rest).slice(0, columns - 1);
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
}
