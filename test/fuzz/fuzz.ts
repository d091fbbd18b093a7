import fc from 'fast-check';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../helpers/this-project.ts';

/** Reading a document takes less, whatever is in it. */
const HEAP = '--max-old-space-size=300';

/** How the reading of spoilt documents ended. */
export interface Fuzzed {
  /** `SEED=N` draws the same documents again. */
  readonly seed: number;
  readonly status: number | null;
  /** What failed and with which document; the one that was read last where nothing else is known. */
  readonly output: string;
}

/**
 * Reads this many spoilt documents of each kind in a process of its own.
 *
 * @param most milliseconds; then it hangs, and is ended
 */
export async function fuzz(runs: number, most: number): Promise<Fuzzed> {
  const seed = fc.readConfigureGlobal()?.seed ?? Math.floor(Math.random() * 2 ** 31);
  const folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
  try {
    const current = join(folder, 'document');
    const child = join(ROOT, 'test', 'fuzz', 'child.ts');
    const args = [HEAP, '--import', 'tsx/esm', child, String(seed), String(runs), current];
    const running = spawn(process.execPath, args, { cwd: ROOT, timeout: most, killSignal: 'SIGKILL' });
    const pieces: Buffer[] = [];
    for (const stream of [running.stdout, running.stderr])
      stream.on('data', (piece: Buffer) => void pieces.push(piece));
    const [status] = (await once(running, 'close')) as [number | null];
    const said = Buffer.concat(pieces).toString();
    // Ended by the heap's limit or by ours: it could say no more.
    const last = status === 0 || status === 1 ? '' : await readFile(current, 'utf8').catch(() => '');
    return { seed, status, output: `${said}\n${last}` };
  } finally {
    await rm(folder, { recursive: true });
  }
}
