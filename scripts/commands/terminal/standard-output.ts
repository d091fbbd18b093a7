import { fstatSync, writeFileSync } from 'node:fs';
import { ChartError, messageOf } from '../../errors.ts';
import { fileSystemError } from '../../io/file-system.ts';

/** Why something was not printed: the first error of standard output. */
let lost: NodeJS.ErrnoException | undefined;

/**
 * Prints to standard output. What goes wrong is kept for {@link refuseLost}: work that has begun
 * goes on without anybody who reads of it.
 */
export function print(text: string | Uint8Array): void {
  if (lost !== undefined) return;
  try {
    // Of what a file on a full disk takes only a part of, Node's stream drops the rest in silence (Node 24).
    if (isFile()) writeFileSync(process.stdout.fd, Buffer.from(text));
    else process.stdout.write(text);
  } catch (error) {
    lose(error as NodeJS.ErrnoException);
  }
}

/** From now on an error of standard output or standard error is kept, and ends nothing. */
export function keepErrors(): void {
  process.stdout.on('error', lose);
  // There is no place left to say it.
  process.stderr.on('error', () => undefined);
}

/**
 * Waits until all is printed.
 *
 * @param whole whether a reader that closed its end early took something from the result; one like
 * `| head` wanted no more
 * @throws DISK_FULL, FILE_SYSTEM when something was not printed
 */
export async function refuseLost(whole: boolean): Promise<void> {
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  if (lost === undefined || (lost.code === 'EPIPE' && !whole)) return;
  throw (
    fileSystemError(lost, 'standard output') ??
    new ChartError('FILE_SYSTEM', `standard output: ${messageOf(lost)}`, { cause: lost })
  );
}

function lose(error: NodeJS.ErrnoException): void {
  lost ??= error;
}

let file: boolean | undefined;

function isFile(): boolean {
  return (file ??= process.stdout.isTTY !== true && fstatSync(process.stdout.fd).isFile());
}
